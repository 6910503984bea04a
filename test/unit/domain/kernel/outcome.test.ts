import { isTransition, needsHold, type Outcome, type Phase } from "../../../../src/domain/kernel/outcome";

const successors: Readonly<Record<Phase, string>> = {
  accepted: "planning concluded",
  planning: "planning awaiting-approval awaiting-window queued concluded",
  "awaiting-approval": "planning awaiting-approval awaiting-window queued concluded",
  "awaiting-window": "planning awaiting-approval awaiting-window queued concluded",
  queued: "awaiting-approval awaiting-window queued awaiting-readiness concluded",
  "awaiting-readiness":
    "planning awaiting-approval awaiting-window queued awaiting-readiness swapping verifying concluded",
  swapping:
    "planning awaiting-approval awaiting-window queued awaiting-readiness swapping verifying concluded",
  verifying: "verifying soaking rolling-back concluded",
  soaking: "soaking rolling-back concluded",
  "rolling-back": "rolling-back concluded",
  concluded: "",
};
const phases = Object.keys(successors) as Phase[];

test.each(phases)("from %s a promotion enters only the phases of the table", (from) => {
  const found = phases.filter((to) => isTransition(from, to)).join(" ");
  expect(found).toBe(successors[from]);
  expect(isTransition(from, "Stryker was here" as Phase)).toBe(false);
});

const outcomes: Readonly<Record<Outcome, boolean>> = {
  ...{ promoted: false, unchanged: false, refused: false, rejected: false },
  ...{ expired: false, cancelled: false, "rolled-back": true, halted: true },
};

test("only outcomes that need a person hold the pair", () => {
  const found = Object.keys(outcomes).map((outcome) => [outcome, needsHold(outcome as Outcome)]);
  expect(Object.fromEntries(found)).toEqual(outcomes);
});
