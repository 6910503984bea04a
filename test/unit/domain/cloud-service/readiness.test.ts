import fc from "fast-check";
import { assessInstance } from "../../../../src/domain/cloud-service/instance-state";
import {
  checkPlannedRoles,
  checkRoles,
  decideReadiness,
  type ReadinessMemory,
  type RoleStateCheck,
} from "../../../../src/domain/cloud-service/readiness";
import { identityOf } from "../../../../src/domain/plan/planning";
import { aService, found, NOW, someInstances } from "../../../support/observations";
import { type Check, check, readyAt, rule, up } from "../../../support/readiness-checks";

test.each([
  ["RoleState/RoleStateStarted", "ready"],
  ["RoleState/ReadyRole", "ready"],
  ["RoleState/RoleStateBusy", "not-yet"],
  ["RoleState/RoleStateStarting", "not-yet"],
  ["RoleState/RoleStateUnknown", "not-yet"],
  ["RoleState/CyclingRole", "never"],
  ["RoleState/RoleStateStopped", "never"],
  ["RoleState/SomethingNew", "not-yet"],
  ["PowerState/started", "not-yet"],
])("an instance in %s is %s", (code, verdict) => {
  expect(assessInstance({ name: "Web_IN_0", role: "Web", states: [code] }).verdict).toBe(verdict);
});

test("a service is ready only when every role has all its instances running (I11)", () => {
  const states = fc.array(fc.constantFrom("Started", "Busy", "Stopped", undefined, "Nonsense"), {
    maxLength: 4,
  });
  fc.assert(
    fc.property(states, fc.integer({ min: 0, max: 4 }), (list, capacity) => {
      const service = aService("green", { roles: [{ name: "Web", capacity }] });
      const { verdict } = checkRoles("green", found(service), found(someInstances("green", list)));
      const complete = list.length === capacity && capacity > 0 && list.every((state) => state === "Started");
      expect(verdict === "ready").toBe(complete);
    }),
  );
});

test.each([
  ["the roles are unknown", aService("green", { roles: undefined }), found(someInstances("green"))],
  [
    "provisioning has not succeeded",
    aService("green", { provisioningState: "Updating" }),
    found(someInstances("green")),
  ],
  [
    "its provisioning state is missing",
    aService("green", { provisioningState: undefined }),
    found(someInstances("green")),
  ],
  ["the list could not be read", aService("green"), { kind: "unavailable", detail: "x" } as const],
  [
    "an instance belongs to no known role",
    aService("green", { roles: [{ name: "Other", capacity: 2 }] }),
    found(someInstances("green")),
  ],
])("a service is not ready when %s", (_why, service, instances) => {
  expect(checkRoles("green", found(service), instances).verdict).toBe("not-yet");
});

test.each(["unavailable", "denied", "throttled"] as const)(
  "a service that could not be read (%s) is not ready, whatever its instances do",
  (kind) => {
    const read = { kind, detail: "x", retryAfterMs: 1_000 } as const;
    expect(checkRoles("green", read, found(someInstances("green"))).verdict).toBe("not-yet");
  },
);

test("an instance that is listed twice does not replace a missing one (I11)", () => {
  const list = someInstances("green");
  const [first] = list.instances;
  const twice = { ...list, instances: [first!, { ...first!, name: first!.name.toUpperCase() }] };
  const result = checkRoles("green", found(aService("green")), found(twice));
  expect(result.verdict).toBe("not-yet");
  expect(result.summary).toContain("listed more than once");
});

test("a missing list does not prove that the service is deleted", () => {
  const absent = { kind: "absent", detail: "404" } as const;
  expect(checkRoles("green", found(aService("green")), absent).verdict).toBe("not-yet");
  expect(checkPlannedRoles(identityOf("green", aService("green")), absent, NOW).verdict).toBe("never");
});

test.each(["Succeeded", "succeeded"])("provisioning %s counts as succeeded, in any case", (state) => {
  const service = aService("green", { provisioningState: state });
  expect(checkRoles("green", found(service), found(someInstances("green"))).verdict).toBe("ready");
});

test("a service that is being deleted will never be ready", () => {
  const service = aService("green", { provisioningState: "Deleting" });
  expect(checkRoles("green", found(service), found(someInstances("green"))).verdict).toBe("never");
});

test("a long list keeps 30 instances and 700 characters, the unready ones first", () => {
  const states = Array.from({ length: 100 }, (_, i) => (i === 99 ? "Busy" : "Started"));
  const service = aService("green", { roles: [{ name: "Web", capacity: 100 }] });
  const result = checkRoles("green", found(service), found(someInstances("green", states)));
  expect(result).toMatchObject({ verdict: "not-yet", total: 100 });
  expect(result.instances).toHaveLength(30);
  expect(result.instances[0]).toMatchObject({ name: "Web_IN_99", state: "RoleStateBusy" });
  expect(result.summary.startsWith("Web_IN_99 RoleStateBusy")).toBe(true);
  expect(result.summary.length).toBeLessThanOrEqual(700);
});

test("a deleted service will never be ready", () => {
  const gone = checkRoles("green", { kind: "absent", detail: "404" }, { kind: "absent", detail: "404" });
  expect(decideReadiness(undefined, gone, check("blue", NOW), rule).kind).toBe("never");
});

function observe(checks: readonly [number, readonly string[]][]) {
  let memory: ReadinessMemory | undefined;
  for (const [seconds, states] of checks) {
    const at = NOW + seconds * 1000;
    const decision = decideReadiness(memory, check("green", at, states), check("blue", at), rule);
    if (decision.kind !== "not-yet") return `${decision.kind} at ${seconds}`;
    memory = decision.memory;
  }
  return "not-yet";
}

const down = ["Started", "Busy"];

test("ready comes after stableFor of unbroken observations, not before", () => {
  expect(
    observe([
      [0, up],
      [30, up],
      [60, up],
      [90, up],
    ]),
  ).toBe("not-yet");
  expect(
    observe([
      [0, up],
      [30, up],
      [60, up],
      [90, up],
      [120, up],
    ]),
  ).toBe("ready at 120");
});

test("one check that is not ready restarts the count", () => {
  expect(
    observe([
      [0, up],
      [30, up],
      [60, down],
      [90, up],
      [120, up],
      [180, up],
    ]),
  ).toBe("not-yet");
});

test("a gap of more than three polls restarts the count", () => {
  expect(
    observe([
      [0, up],
      [91, up],
      [121, up],
    ]),
  ).toBe("not-yet");
  expect(
    observe([
      [0, up],
      [90, up],
      [120, up],
    ]),
  ).toBe("ready at 120");
});

test("an old observation that is repeated does not count as time passing", () => {
  expect(
    observe([
      [0, up],
      [0, up],
      [30, up],
      [60, up],
      [90, up],
      [119, up],
    ]),
  ).toBe("not-yet");
});

test("the count does not start before an observation that was not ready", () => {
  const late: [number, readonly string[]][] = [
    [60, down],
    [50, up],
    [90, up],
    [120, up],
    [150, up],
    [170, up],
  ];
  expect(observe(late)).toBe("not-yet");
  expect(observe([...late, [210, up]])).toBe("ready at 210");
});

test("a side without a new observation does not become ready with the other", () => {
  expect(readyAt([0, 30, 60, 90, 120, 150].map((at): Check => [200, up, at]))).toBeUndefined();
});

test("polling slows down without changes and with a low budget, and obeys Retry-After", () => {
  const poll = (over: Partial<RoleStateCheck>, quiet: number, pollMs = rule.pollMs) => {
    const green = { ...check("green", NOW, down), ...over };
    const summary = [green, check("blue", NOW)].map((c) => c.summary).join("|");
    const memory = { observedAt: { incoming: NOW - 1, outgoing: NOW - 1 }, quiet, summary };
    const paced = { ...rule, pollMs };
    const decision = decideReadiness(memory, green, check("blue", NOW), paced);
    return decision.kind === "not-yet" ? decision.nextMs : undefined;
  };
  expect([
    poll({}, 0),
    poll({}, 5),
    poll({ remainingReads: 10 }, 0),
    poll({ retryAfterMs: 300_000 }, 0),
    poll({ remainingReads: 10 }, 0, 120_000),
  ]).toEqual([30_000, 60_000, 60_000, 300_000, 120_000]);
});
