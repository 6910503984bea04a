import type { CodeEntry } from "./codes";

/** What is said of holds and pauses; part of the one table of codes. */
export const holdCodes = {
  "on-hold": {
    status: 409,
    exit: 3,
    remedy: "Read why the pair is on hold and release it: DELETE /api/holds/{pair}.",
  },
  "hold-released": {
    status: 409,
    exit: 2,
    remedy: "A hold of this id was released before: set another one under a new id, or without an id.",
  },
  "hold-differs": {
    status: 409,
    exit: 2,
    remedy:
      "A hold with another reason stands under this id: set another one under a new id, or without an id.",
  },
  "pause-differs": {
    status: 409,
    exit: 2,
    remedy: "It is paused, with another note: leave it so, or resume it and pause it anew.",
  },
  "too-many-holds": {
    status: 409,
    exit: 3,
    remedy: "The pair is on hold already, by as many as may be: release one of them by its id first.",
  },
  "no-hold": { status: 404, exit: 2, remedy: "Nothing to release: the pair is not on hold." },
} as const satisfies Readonly<Record<string, CodeEntry>>;
