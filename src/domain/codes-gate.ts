import type { CodeEntry } from "./codes";

/** What is said of approvals and votes; part of the one table of codes. */
export const gateCodes = {
  "approval-expired": {
    status: 409,
    exit: 5,
    remedy: "Nobody is asked any more: send a new request, and tell the approvers of its deadline.",
  },
  "approval-impossible": {
    status: 409,
    exit: 3,
    remedy: "Name more people or roles in the pair's approval policy, or ask for a smaller quorum.",
  },
  "rejected-by-approver": {
    status: 409,
    exit: 4,
    remedy: "Read the approver's comment, correct the cause, and send a new request.",
  },
  "no-approval-asked": {
    status: 409,
    exit: 3,
    remedy: "Nobody is asked to approve this promotion now: read it (GET /api/promotions/{id}).",
  },
  "already-counted": { status: 409, exit: 0, remedy: "Nothing to do: this vote counts already." },
  "vote-too-late": {
    status: 409,
    exit: 3,
    remedy: "The gate is decided: to stop the swap, have an operator cancel the promotion.",
  },
  "plan-changed": {
    status: 409,
    exit: 3,
    remedy: "Read the promotion again, look at what changed, and vote with the hash of the plan shown there.",
  },
  "not-an-approver": {
    status: 403,
    exit: 9,
    remedy: "Ask somebody whom the pair's approval policy names to vote.",
  },
} as const satisfies Record<string, CodeEntry>;
