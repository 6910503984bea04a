import fc from "fast-check";
import { assessInstance } from "../../../src/domain/instance-state";
import {
  checkRoles,
  decideReadiness,
  type ReadinessMemory,
  type RoleStateCheck,
} from "../../../src/domain/readiness";
import { aService, found, NOW, someInstances } from "../../support/observations";

const rule = { pollMs: 30_000, stableForMs: 120_000, deadlineMs: 1_800_000 };

function check(
  side: "blue" | "green",
  at: number,
  states: readonly (string | undefined)[] = ["Started", "Started"],
): RoleStateCheck {
  return checkRoles(side, found(aService(side)), found(someInstances(side, states, at)));
}

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

test("a service is ready only when every role has its capacity of running instances (I11)", () => {
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
  ["the list could not be read", aService("green"), { kind: "unavailable", detail: "x" } as const],
  [
    "an instance belongs to no known role",
    aService("green", { roles: [{ name: "Other", capacity: 2 }] }),
    found(someInstances("green")),
  ],
])("a service is not ready when %s", (_why, service, instances) => {
  expect(checkRoles("green", found(service), instances).verdict).toBe("not-yet");
});

test("a service that is gone will never be ready", () => {
  const gone = checkRoles("green", { kind: "absent", detail: "404" }, { kind: "absent", detail: "404" });
  expect(decideReadiness(undefined, gone, check("blue", NOW), rule, NOW).kind).toBe("never");
});

function observe(looks: readonly [number, readonly string[]][]) {
  let memory: ReadinessMemory | undefined;
  for (const [seconds, states] of looks) {
    const at = NOW + seconds * 1000;
    const decision = decideReadiness(memory, check("green", at, states), check("blue", at), rule, at);
    if (decision.kind !== "not-yet") return `${decision.kind} at ${seconds}`;
    memory = decision.memory;
  }
  return "not-yet";
}

const up = ["Started", "Started"];
const down = ["Started", "Busy"];

test("ready is said after stableFor of unbroken observations, not before", () => {
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

test("one look that is not ready starts the count again", () => {
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

test("a gap of more than three polls starts the count again", () => {
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

test("an old observation told twice does not count as time passing", () => {
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

test("polling slows down when nothing changes, when the budget is low, and obeys Retry-After", () => {
  const poll = (over: Partial<RoleStateCheck>, quiet: number) => {
    const green = { ...check("green", NOW, down), ...over };
    const picture = [green, check("blue", NOW)].map((c) => c.summary).join("|");
    const memory = { observedAt: NOW - 1, quiet, picture };
    const decision = decideReadiness(memory, green, check("blue", NOW), rule, NOW);
    return decision.kind === "not-yet" ? decision.nextMs : undefined;
  };
  expect([
    poll({}, 0),
    poll({}, 5),
    poll({ remainingReads: 10 }, 0),
    poll({ retryAfterMs: 300_000 }, 0),
  ]).toEqual([30_000, 60_000, 60_000, 300_000]);
});
