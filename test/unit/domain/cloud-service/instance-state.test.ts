import fc from "fast-check";
import { assessInstance } from "../../../../src/domain/cloud-service/instance-state";

const assess = (...states: string[]) => assessInstance({ name: "Web_IN_0", role: "Web", states });

const ready = ["Started", "RoleStateStarted", "ReadyRole"];
const passing = [
  ..."Starting Stopping Unknown Busy Created Recycle".split(" "),
  ..."RoleStateUnknown CreatingVM StartingVM CreatingRole StartingRole BusyRole".split(" "),
  ..."RestartingRole Preparing StoppingRole StoppingVM".split(" "),
];
const stuck = [
  ..."Stopped StoppedVM StoppedDeallocated Destroyed Unresponsive Aborted".split(" "),
  ..."CyclingRole FailedStartingRole FailedStartingVM UnresponsiveRole DeletingVM".split(" "),
];
const vocabulary = [
  ...ready.map((state) => [state, "ready"] as const),
  ...passing.map((state) => [state, "not-yet"] as const),
  ...stuck.map((state) => [state, "never"] as const),
];

test.each(vocabulary)("%s is %s, with or without family prefix, in any case", (state, verdict) => {
  const spellings = [state, `RoleState/${state}`, `rolestate/${state}`.toUpperCase(), state.toLowerCase()];
  expect(spellings.map((code) => assess(code).verdict)).toEqual(spellings.map(() => verdict));
});

test.each(stuck)("%s has a remedy", (state) => {
  expect(assess(state).reason).toMatch(/: (start|restart|redeploy|reimage|check)/);
});

test.each(passing)("%s is described as a passing state", (state) => {
  expect(assess(state).reason).toMatch(/^(is|its|has|does) /);
  expect(assess(state).reason).not.toContain("does not know");
});

test("a RoleState code is shown without its family, as Azure names it", () => {
  expect(assess("RoleState/RoleStateBusy")).toMatchObject({ state: "RoleStateBusy", role: "Web" });
});

test.each([
  ["no instance view", "came without an instance view", undefined],
  ["no role state", "has no role state in its instance view", []],
  [
    "no role state",
    "has no role state in its instance view",
    ["PowerState/started", "ProvisioningState/succeeded"],
  ],
  ["no role state", "has no role state in its instance view", ["NotRoleState/Started"]],
])("%s is not ready: %s", (state, reason, states) => {
  expect(assessInstance({ name: "x", states })).toMatchObject({ state, verdict: "not-yet", reason });
});

test("an instance that is ready is running", () => {
  expect(assess("Started")).toMatchObject({ verdict: "ready", reason: "is running" });
});

test.each([
  ["not-yet", ["RoleState/RoleStateStarted", "RoleState/RoleStateBusy"]],
  ["never", ["RoleState/RoleStateStarted", "RoleState/RoleStateStopped"]],
  ["ready", ["PowerState/started", "RoleState/RoleStateStarted"]],
])("%s when the instance view names %j: one state that is not ready decides", (verdict, codes) => {
  expect(assess(...codes).verdict).toBe(verdict);
  expect(assess(...[...codes].reverse()).verdict).toBe(verdict);
});

test("an unknown state is not ready", () => {
  const known = new Set(vocabulary.map(([state]) => state.toLowerCase().replace(/^rolestate/, "")));
  const odd = fc.constantFrom(
    "StartedRoleState",
    "constructor",
    "__proto__",
    "toString",
    "hasOwnProperty",
    "",
  );
  fc.assert(
    fc.property(fc.oneof(odd, fc.string()), (state) => {
      fc.pre(!state.includes("/") && !known.has(state.toLowerCase().replace(/^rolestate/, "")));
      expect(assess(`RoleState/${state}`)).toMatchObject({
        verdict: "not-yet",
        reason: "is in an unknown state",
      });
    }),
  );
});
