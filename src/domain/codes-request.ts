import type { CodeEntry } from "./codes";

/** Why a request is not taken up, though it can be read. */
export const requestCodes = {
  "request-conflict": {
    status: 409,
    exit: 2,
    remedy: "This request id was used with other content: use a new requestId for another request.",
  },
  "reserved-id": {
    status: 400,
    exit: 2,
    remedy: "Use another requestId: ids of this shape name the promotions that schedules start.",
  },
  "too-far-ahead": {
    status: 400,
    exit: 2,
    remedy: "Send the request when its time is nearer: queue.horizon of the pairs file bounds it.",
  },
  "dead-lettered": {
    status: 400,
    exit: 2,
    remedy: "Read the dead-letter reason, correct the cause, and send the request again.",
  },
  "unknown-pair": {
    status: 404,
    exit: 3,
    remedy: "Name a pair of this installation (GET /api/pairs), or add it to the pairs file.",
  },
} as const satisfies Record<string, CodeEntry>;
