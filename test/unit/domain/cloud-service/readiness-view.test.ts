import { withProbes } from "../../../../src/domain/cloud-service/probe";
import { checkPlannedRoles, checkRoles } from "../../../../src/domain/cloud-service/readiness";
import { sideReadiness, viewCheck, viewSide } from "../../../../src/domain/cloud-service/readiness-view";
import { aService, found, NOW, someInstances } from "../../../support/observations";

const shown = { utc: "2026-11-24T12:00:00.000Z", local: "2026-11-24 13:00:00 Europe/Berlin" };
const check = (...states: readonly string[]) =>
  checkRoles("green", found(aService("green")), found(someInstances("green", states)));
const view = (seen: ReturnType<typeof check>) => viewSide(sideReadiness(seen), "Europe/Berlin");

test("a side that is ready has counts and a time, and names no instances", () => {
  expect(view(check("Started", "Started"))).toEqual({
    ...{ side: "green", verdict: "ready", total: 2, ready: 2, instances: [], problems: [] },
    ...{ observedAt: shown, text: "2 of 2 instances ready" },
  });
});

test("a side that is not ready names the instances it waits for, with their reasons", () => {
  const { instances, ...rest } = view(check("Started", "Busy"));
  expect(rest).toMatchObject({ verdict: "not-yet", total: 2, ready: 1, problems: [], observedAt: shown });
  expect(instances).toEqual([
    { name: "Web_IN_1", role: "Web", state: "RoleStateBusy", verdict: "not-yet", reason: "does not respond" },
  ]);
  expect(rest.text).toBe("1 of 2 instances ready: Web_IN_1 RoleStateBusy (does not respond)");
});

test("of many instances that are not ready three are kept, and the rest are counted", () => {
  const seen = view(check(...Array.from({ length: 40 }, () => "Busy"), "Started"));
  expect([seen.total, seen.ready, seen.instances.length]).toEqual([41, 1, 3]);
  expect(seen.text).toMatch(/^1 of 41 instances ready: Web_IN_0 .*, 37 more; Web has 41 of 2 instances$/);
});

test("missing instances, the provisioning state and probes are shown as problems", () => {
  const service = found(aService("green", { provisioningState: "Updating" }));
  const one = checkRoles("green", service, found(someInstances("green", ["Started"])));
  const problems = ["provisioning state is Updating", "Web has 1 of 2 instances"];
  expect(view(one)).toMatchObject({ verdict: "not-yet", total: 1, ready: 1, problems });
  expect(view(one).text).toBe(`1 of 1 instances ready; ${problems.join("; ")}`);
  const probed = withProbes(check("Started", "Started"), [
    { name: "home", verdict: "failure", detail: "status is 500, not 2xx" },
  ]);
  expect(view(probed)).toMatchObject({
    ...{ verdict: "not-yet", ready: 2, problems: ["probe home: status is 500, not 2xx"] },
  });
});

test("a side that could not be read says why, and has no time and no instances", () => {
  const denied = { kind: "denied", detail: "403" } as const;
  const planned = { ...aService("green"), side: "green" as const, uniqueId: "u", roles: [] };
  for (const unread of [checkRoles("green", denied, denied), checkPlannedRoles(planned, denied, NOW)]) {
    expect(view(unread)).toEqual({
      ...{ side: "green", verdict: "not-yet", total: 0, ready: 0, instances: [] },
      ...{ problems: ["denied: 403"], observedAt: undefined, text: "denied: 403" },
    });
  }
});

test("a fresh check also shows the ready instances, behind those that are not ready", () => {
  const fresh = viewCheck(check("Started", "Busy"), "Europe/Berlin");
  expect(fresh.instances.map(({ name, verdict }) => `${name}: ${verdict}`)).toEqual([
    "Web_IN_1: not-yet",
    "Web_IN_0: ready",
  ]);
  expect(fresh.text).toBe("1 of 2 instances ready: Web_IN_1 RoleStateBusy (does not respond)");
});
