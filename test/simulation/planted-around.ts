import type { PlantedFault } from "./planted-faults";

const attempt = "activities/attempt-swap.js";
const opening = "domain/opening.js";

/** Rules about when a swap may start, and about what follows it, undone. */
export const faultsAround: readonly PlantedFault[] = [
  {
    name: "opening not looked at by the attempt",
    rule: "§4.2",
    file: attempt,
    find: `return opening.open`,
    replace: `return true`,
  },
  {
    name: "notBefore ignored",
    rule: "§5",
    file: opening,
    find: `...(at < notBefore`,
    replace: `...(false`,
  },
  {
    name: "windows ignored",
    rule: "§5",
    file: opening,
    find: `if (windows.length === 0 || windows.some((window) => window.covering(at)))`,
    replace: `if (true)`,
  },
  {
    name: "freezes ignored",
    rule: "§5",
    file: opening,
    find: `? coveredBy(freeze.spans, "frozen", "a freeze is on", at)`,
    replace: `? []`,
  },
  {
    name: "an unreadable calendar counts as open",
    rule: "§5",
    file: opening,
    find: `: [{ code: "freeze-unreadable", detail: freeze.detail }]),`,
    replace: `: []),`,
  },
  {
    name: "irreversible ignored",
    rule: "§3.9",
    file: "domain/swap-back.js",
    find: `if (request.irreversible)`,
    replace: `if (false)`,
  },
  {
    name: "a failure in the soak is no regression",
    rule: "§3.9",
    file: "domain/soak.js",
    find: `if (next.failures > rule.failures)`,
    replace: `if (false)`,
  },
  {
    name: "an error counts as a failure",
    rule: "§3.9",
    file: "domain/soak.js",
    find: `seen.filter((each) => each.verdict === "failure")`,
    replace: `seen.filter((each) => each.verdict !== "pass")`,
  },
  {
    name: "no hold after a swap-back",
    rule: "§3.9",
    file: "domain/outcome.js",
    find: `return outcome === "halted" || outcome === "swapped-back";`,
    replace: `return outcome === "halted";`,
  },
  {
    name: "swapped back once the attempt was sent",
    rule: "§3.9",
    file: "orchestrations/steps/swap-back.js",
    find: `return open ? yield* (0, attempts_1.settle)(run, back, "swap-back", settleAfterMs) : yield* attempt(run, back, lease);`,
    replace: `return open ? { kind: "verify", byUs: true, verified: { detail: "sent", finalRead: undefined } } : yield* attempt(run, back, lease);`,
  },
  {
    name: "approvals not looked at by the attempt",
    rule: "§4.2",
    file: attempt,
    find: `return detail === undefined ? undefined : { kind: "not-approved", detail };`,
    replace: `return undefined;`,
  },
  {
    name: "nobody is the same person twice",
    rule: "§3.3",
    file: "domain/approval-rule.js",
    find: `return folded(a) === folded(b);`,
    replace: `return false;`,
  },
  {
    name: "whoever may not vote counts",
    rule: "§5",
    file: "domain/vote.js",
    find: `if (barred !== undefined)`,
    replace: `if (false)`,
  },
  {
    name: "a vote on another plan counts",
    rule: "§3.3",
    file: "domain/vote.js",
    find: `if (planHash !== gate.planHash)`,
    replace: `if (false)`,
  },
  {
    name: "a rejection is no end",
    rule: "§3.3",
    file: "domain/vote.js",
    find: `if (last.decision === "reject")`,
    replace: `if (false)`,
  },
  {
    name: "one approval is enough for whoever is not known",
    rule: "§5",
    file: "domain/approval-rule.js",
    find: `isRequesterKnown(origin) ? 1 : 2`,
    replace: `1`,
  },
];
