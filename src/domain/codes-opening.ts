import type { CodeEntry } from "./codes";

/** What keeps an opening closed, and how waiting for one ends. */
export const openingCodes = {
  "opening-expired": {
    status: 409,
    exit: 5,
    remedy: "See what kept the opening closed (GET /api/pairs/{name}/opening), then send a new request.",
  },
  "not-before": { status: 409, exit: 3, remedy: "Wait until the time that the request names." },
  "outside-window": {
    status: 409,
    exit: 3,
    remedy: "Wait for the next allowed window, or change opening.windows in the pairs file.",
  },
  "denied-window": {
    status: 409,
    exit: 3,
    remedy: "Wait until the denied window has ended, or change opening.deny in the pairs file.",
  },
  frozen: {
    status: 409,
    exit: 3,
    remedy: "Wait until the freeze has ended, or change it where it is kept.",
  },
  "freeze-unreadable": {
    status: 503,
    exit: 3,
    remedy: "Repair the freeze calendar named in the detail: while it cannot be read, it counts as frozen.",
  },
} as const satisfies Record<string, CodeEntry>;
