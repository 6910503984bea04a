/** How a promotion can end. An outcome never changes. */
export type Outcome =
  "promoted" | "unchanged" | "refused" | "rejected" | "expired" | "cancelled" | "swapped-back" | "halted";

/** Where a promotion stands. */
export type Phase =
  | "accepted"
  | "planning"
  | "awaiting-approval"
  | "awaiting-opening"
  | "awaiting-turn"
  | "awaiting-readiness"
  | "swapping"
  | "verifying"
  | "soaking"
  | "swapping-back"
  | "concluded";

/** What a promotion was waiting for when it expired. */
export type WaitedFor = "gate" | "opening" | "turn" | "readiness" | "planning";

/** Every phase's possible successors; a resumed run may enter again where it stood. */
const successors: Record<Phase, readonly Phase[]> = {
  accepted: ["planning", "concluded"],
  planning: ["planning", "awaiting-approval", "awaiting-opening", "awaiting-turn", "concluded"],
  "awaiting-approval": ["awaiting-approval", "planning", "awaiting-opening", "awaiting-turn", "concluded"],
  "awaiting-opening": ["awaiting-opening", "awaiting-approval", "planning", "awaiting-turn", "concluded"],
  "awaiting-turn": [
    "awaiting-turn",
    "awaiting-approval",
    "awaiting-opening",
    "awaiting-readiness",
    "concluded",
  ],
  "awaiting-readiness": [
    "awaiting-readiness",
    "awaiting-approval",
    "awaiting-opening",
    "awaiting-turn",
    "planning",
    "swapping",
    "verifying",
    "concluded",
  ],
  swapping: [
    "swapping",
    "awaiting-readiness",
    "awaiting-turn",
    "awaiting-approval",
    "awaiting-opening",
    "planning",
    "verifying",
    "concluded",
  ],
  verifying: ["verifying", "soaking", "swapping-back", "concluded"],
  soaking: ["soaking", "swapping-back", "concluded"],
  "swapping-back": ["swapping-back", "concluded"],
  concluded: [],
};

/** Whether a promotion may go from one phase to the next; `concluded` is final. */
export function isTransition(from: Phase, to: Phase): boolean {
  return successors[from].includes(to);
}

/** Outcomes that put the pair on hold until a person has looked. */
export function needsHold(outcome: Outcome): boolean {
  return outcome === "halted" || outcome === "swapped-back";
}
