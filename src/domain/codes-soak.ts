import type { CodeEntry } from "./codes";

/** What is said of soaks and swap-backs; a part of the closed table of codes. */
export const soakCodes = {
  regression: {
    status: 200,
    exit: 7,
    remedy:
      "The old production is back. Look at the evidence, repair the release, then release the hold with a note.",
  },
  "swapped-back-by-person": {
    status: 200,
    exit: 7,
    remedy: "The old production is back. Release the hold with a note when the pair may be swapped again.",
  },
  "regression-irreversible": {
    status: 409,
    exit: 8,
    remedy:
      "The release holds production and was declared irreversible: repair it forward, then release the hold.",
  },
  "regression-kept": {
    status: 409,
    exit: 8,
    remedy:
      'The release holds production (this pair has swapBack: "never"): repair it, or release the hold and request the other side.',
  },
  "soak-unmeasurable": {
    status: 409,
    exit: 8,
    remedy:
      "The swap was done but production could not be watched: look at it and at the probes, then release the hold.",
  },
  "swap-back-failed": {
    status: 409,
    exit: 8,
    remedy:
      "The regressed release still holds production: swap back by hand or repair it forward, then release the hold.",
  },
  "nothing-to-swap-back": {
    status: 409,
    exit: 3,
    remedy: "Nothing has been swapped yet: cancel it instead, POST /api/promotions/{id}/cancel.",
  },
  "swap-back-too-late": {
    status: 409,
    exit: 3,
    remedy: "The soak is over: send a new request for the other side, POST /api/promotions.",
  },
  "swap-back-irreversible": {
    status: 409,
    exit: 3,
    remedy: "The release was declared irreversible: repair it forward.",
  },
} as const satisfies Record<string, CodeEntry>;
