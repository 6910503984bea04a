/** How a promotion can end. An outcome never changes. */
export type Outcome =
  "promoted" | "unchanged" | "refused" | "rejected" | "expired" | "cancelled" | "rolled-back" | "halted";

/** Where a promotion stands. */
export type Phase =
  | "accepted"
  | "planning"
  | "awaiting-approval"
  | "awaiting-window"
  | "queued"
  | "awaiting-readiness"
  | "swapping"
  | "verifying"
  | "soaking"
  | "rolling-back"
  | "concluded";

/** What a promotion was waiting for when it expired. */
export type WaitedFor = "gate" | "window" | "queue" | "readiness" | "planning";

/** Every phase's possible successors; a resumed run may enter again where it stood. */
const successors: Record<Phase, readonly Phase[]> = {
  accepted: ["planning", "concluded"],
  planning: ["planning", "awaiting-approval", "awaiting-window", "queued", "concluded"],
  "awaiting-approval": ["awaiting-approval", "planning", "awaiting-window", "queued", "concluded"],
  "awaiting-window": ["awaiting-window", "awaiting-approval", "planning", "queued", "concluded"],
  queued: ["queued", "awaiting-approval", "awaiting-window", "awaiting-readiness", "concluded"],
  "awaiting-readiness": [
    "awaiting-readiness",
    "awaiting-approval",
    "awaiting-window",
    "queued",
    "planning",
    "swapping",
    "verifying",
    "concluded",
  ],
  swapping: [
    "swapping",
    "awaiting-readiness",
    "queued",
    "awaiting-approval",
    "awaiting-window",
    "planning",
    "verifying",
    "concluded",
  ],
  verifying: ["verifying", "soaking", "rolling-back", "concluded"],
  soaking: ["soaking", "rolling-back", "concluded"],
  "rolling-back": ["rolling-back", "concluded"],
  concluded: [],
};

/** Whether a promotion may go from one phase to the next; `concluded` is final. */
export function isTransition(from: Phase, to: Phase): boolean {
  return successors[from].includes(to);
}

/** Outcomes that put the pair on hold until a person has looked. */
export function needsHold(outcome: Outcome): boolean {
  return outcome === "halted" || outcome === "rolled-back";
}
