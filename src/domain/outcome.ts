/** How a promotion can end. An outcome never changes. */
export type Outcome =
  "promoted" | "unchanged" | "refused" | "rejected" | "expired" | "cancelled" | "swapped-back" | "halted";

/** Where a promotion stands. */
export type Phase =
  "accepted" | "planning" | "awaiting-turn" | "awaiting-readiness" | "swapping" | "verifying" | "concluded";

/** What a promotion was waiting for when it expired. */
export type WaitedFor = "turn" | "readiness" | "planning";

/** Every phase's possible successors; a resumed run may enter again where it stood. */
const successors: Record<Phase, readonly Phase[]> = {
  accepted: ["planning", "concluded"],
  planning: ["planning", "awaiting-turn", "concluded"],
  "awaiting-turn": ["awaiting-turn", "awaiting-readiness", "concluded"],
  "awaiting-readiness": [
    "awaiting-readiness",
    "awaiting-turn",
    "planning",
    "swapping",
    "verifying",
    "concluded",
  ],
  swapping: ["swapping", "awaiting-readiness", "awaiting-turn", "planning", "verifying", "concluded"],
  verifying: ["verifying", "concluded"],
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
