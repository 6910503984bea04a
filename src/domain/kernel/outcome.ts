/** How a promotion can end. An outcome never changes. */
export const outcomes = [
  "promoted",
  "unchanged",
  "refused",
  "rejected",
  "expired",
  "cancelled",
  "rolled-back",
  "halted",
] as const;

export type Outcome = (typeof outcomes)[number];

/** The current step of a promotion. */
export const phases = [
  "accepted",
  "planning",
  "awaiting-approval",
  "awaiting-window",
  "queued",
  "awaiting-readiness",
  "swapping",
  "verifying",
  "soaking",
  "rolling-back",
  "concluded",
] as const;

export type Phase = (typeof phases)[number];

/** What a promotion was waiting for when it expired. */
export type WaitedFor = "gate" | "window" | "queue" | "readiness" | "planning";

/** The possible successors of every phase. A resumed run may enter its current phase again. */
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

export function isTransition(from: Phase, to: Phase): boolean {
  return successors[from].includes(to);
}

/** Outcomes that put the pair on hold until a person releases it. */
export function needsHold(outcome: Outcome): boolean {
  return outcome === "halted" || outcome === "rolled-back";
}
