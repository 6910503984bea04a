/** What a plan says beforehand of the way back; nothing is refused by these. */
export const wayBackCodes = {
  "way-back-irreversible": {
    status: 200,
    exit: 0,
    remedy: "Leave irreversible out of the request if going back would do no harm; else have a repair ready.",
  },
  "way-back-by-person": {
    status: 200,
    exit: 0,
    remedy:
      'Watch it, and order the swap-back while it soaks (POST /api/promotions/{id}/swap-back); or set swapBack to "automatic" in the pairs file.',
  },
  "way-back-not-running": {
    status: 200,
    exit: 0,
    remedy:
      "Start every instance of the old production before the swap: Azure may decline to swap back to it.",
  },
  "way-back-unwatched": {
    status: 200,
    exit: 0,
    remedy: "Set soak.for in the pairs file or in the request: what is not watched is not swapped back.",
  },
  "way-back-without-probes": {
    status: 200,
    exit: 0,
    remedy: "Configure probes in the pairs file: they notice a release that runs and does not serve.",
  },
} as const;
