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

/** What keeps a deployment window closed, and how waiting for one ends. */
export const windowCodes = {
  "window-expired": {
    status: 409,
    exit: 5,
    remedy:
      "See what kept the deployment window closed (GET /api/pairs/{name}/window), then send a new request.",
  },
  "not-before": { status: 409, exit: 3, remedy: "Wait until the time that the request names." },
  "outside-window": {
    status: 409,
    exit: 3,
    remedy: "Wait for the next allowed window, or change window.allow in the pairs file.",
  },
  "denied-window": {
    status: 409,
    exit: 3,
    remedy: "Wait until the denied window has ended, or change window.deny in the pairs file.",
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

/** What is said of soaks and rollbacks; a part of the closed table of codes. */
export const soakCodes = {
  regression: {
    status: 200,
    exit: 7,
    remedy:
      "The old production is back. Look at the evidence, repair the release, then release the hold with a note.",
  },
  "rolled-back-by-person": {
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
      'The release holds production (this pair has rollback: "never"): repair it, or release the hold and request the other side.',
  },
  "soak-unmeasurable": {
    status: 409,
    exit: 8,
    remedy:
      "The swap was done but production could not be watched: look at it and at the probes, then release the hold.",
  },
  "rollback-failed": {
    status: 409,
    exit: 8,
    remedy:
      "The regressed release still holds production: roll back by hand or repair it forward, then release the hold.",
  },
  "nothing-to-roll-back": {
    status: 409,
    exit: 3,
    remedy: "Nothing has been swapped yet: cancel it instead, POST /api/promotions/{id}/cancel.",
  },
  "rollback-too-late": {
    status: 409,
    exit: 3,
    remedy: "The soak is over: send a new request for the other side, POST /api/promotions.",
  },
  "rollback-irreversible": {
    status: 409,
    exit: 3,
    remedy: "The release was declared irreversible: repair it forward.",
  },
} as const satisfies Record<string, CodeEntry>;

/** What a plan says beforehand of the rollback; nothing is refused by these. */
export const rollbackOutlookCodes = {
  "rollback-ruled-out": {
    status: 200,
    exit: 0,
    remedy: "Leave irreversible out of the request if going back would do no harm; else have a repair ready.",
  },
  "rollback-only-by-order": {
    status: 200,
    exit: 0,
    remedy:
      'Watch it, and order the rollback while it soaks (POST /api/promotions/{id}/rollback); or set rollback to "automatic" in the pairs file.',
  },
  "rollback-target-not-running": {
    status: 200,
    exit: 0,
    remedy:
      "Start every instance of the old production before the swap: Azure may decline to roll back to it.",
  },
  "rollback-unwatched": {
    status: 200,
    exit: 0,
    remedy: "Set soak.for in the pairs file or in the request: what is not watched is not rolled back.",
  },
  "rollback-without-probes": {
    status: 200,
    exit: 0,
    remedy: "Configure probes in the pairs file: they notice a release that runs and does not serve.",
  },
} as const;

/** What a plan says beforehand of what the app itself may not do; nothing is refused by these. */
export const permissionCodes = {
  "slot-write-not-permitted": {
    status: 200,
    exit: 0,
    remedy: "Give the app's identity Microsoft.Network/cloudServiceSlots/write at both resource groups.",
  },
  "operation-read-not-permitted": {
    status: 200,
    exit: 0,
    remedy: "Give the app's identity Microsoft.Network/locations/operations/read at the subscription.",
  },
} as const;

/** How one code shows itself outside: HTTP status, process exit code, and what a person can do about it. */
export interface CodeEntry {
  readonly status: number;
  /** 0 done, 1 bug, 2 bad input, 3 refused, 4 rejected, 5 expired, 6 cancelled, 7 rolled back, 8 halted, 9 not allowed. */
  readonly exit: number;
  readonly remedy: string;
}

/** Every code this product ever says, in one closed table. Messages add the particulars; remedies live here. */
export const codes = {
  // Success
  promoted: { status: 200, exit: 0, remedy: "Nothing to do." },
  "already-held": { status: 200, exit: 0, remedy: "Nothing to do: the target already held production." },

  // Requests
  "malformed-request": {
    status: 400,
    exit: 2,
    remedy: "Correct every issue and send the request again with a new message.",
  },
  "body-too-large": { status: 413, exit: 2, remedy: "Keep a request below 16 KiB of JSON." },
  "unsupported-media-type": { status: 415, exit: 2, remedy: "Send application/json." },
  ...requestCodes,
  "pair-removed": { status: 409, exit: 3, remedy: "Put the pair back into the pairs file, or let it be." },
  unpinned: {
    status: 409,
    exit: 3,
    remedy: 'Say which version is meant (expect.version), or promote "blue" or "green" by name.',
  },
  "queue-full": {
    status: 429,
    exit: 3,
    remedy: "Wait until promotions of this pair have finished, or cancel some, then send a new request.",
  },
  "pair-busy": {
    status: 409,
    exit: 3,
    remedy:
      'This pair refuses while another promotion runs (queue.whenBusy: "refuse"): send a new request later.',
  },

  // Prerequisites
  "roles-too-long": { status: 409, exit: 3, remedy: "Deploy fewer roles, or roles with shorter names." },
  "service-missing": {
    status: 409,
    exit: 3,
    remedy: "Correct the ARM id in the pairs file, or deploy the missing cloud service.",
  },
  "service-unreadable": {
    status: 502,
    exit: 3,
    remedy:
      "Give the app's identity read access to both cloud services, and check Resource Manager's health.",
  },
  "not-extended-support": {
    status: 409,
    exit: 3,
    remedy:
      "Only Cloud Services (extended support) can be swapped here: correct the ARM ids in the pairs file.",
  },
  "not-swappable": {
    status: 409,
    exit: 3,
    remedy:
      "The pairing is made only when the second service is first deployed: redeploy it with swappableCloudService set.",
  },
  "not-mutual": {
    status: 409,
    exit: 3,
    remedy:
      "Each service must name the other as swappableCloudService: correct the pairs file or redeploy the second one.",
  },
  "slot-unknown": {
    status: 409,
    exit: 3,
    remedy: "Read cloudServiceSlots/swap of the service: the slot it holds must be known before a swap.",
  },
  "slots-not-complementary": {
    status: 409,
    exit: 3,
    remedy: "One service must hold production and the other staging: look at both in the portal.",
  },
  "provisioning-not-succeeded": {
    status: 409,
    exit: 3,
    remedy:
      "Wait until the update has finished, or repair the failed deployment: Azure may not recover from a swap meanwhile.",
  },
  "reserved-ip-mismatch": {
    status: 409,
    exit: 3,
    remedy: "Both services need a static (reserved) public IP, or neither: change the allocation of one.",
  },
  "frontend-invalid": {
    status: 409,
    exit: 3,
    remedy: "A load balancer frontend must reference a public IP or a subnet, not both and not neither.",
  },
  "internal-load-balancer": {
    status: 409,
    exit: 3,
    remedy:
      "A service with a public and an internal load balancer cannot be swapped: deploy it with the public one only.",
  },
  "frontend-missing": {
    status: 409,
    exit: 3,
    remedy: "Each service needs one load balancer frontend with a public IP.",
  },
  "roles-unknown": {
    status: 409,
    exit: 3,
    remedy: "The role profile must name every role and its capacity; read the service again.",
  },
  "no-instances": { status: 409, exit: 3, remedy: "Scale every role to at least one instance." },
  "instances-not-running": {
    status: 409,
    exit: 3,
    remedy: "Readiness waits for them; start stopped instances and look at those that cycle.",
  },
  "region-differs": { status: 409, exit: 3, remedy: "Deploy both services in the same region." },
  "subscription-differs": { status: 409, exit: 3, remedy: "Deploy both services in the same subscription." },
  "roles-differ": {
    status: 409,
    exit: 3,
    remedy: "Check that the new release is meant to have other roles.",
  },
  "basic-sku-retired": {
    status: 409,
    exit: 3,
    remedy: "Basic public IPs were retired on 2025-09-30: plan the move to Standard.",
  },
  "platform-retirement": {
    status: 409,
    exit: 3,
    remedy: "Cloud Services (extended support) retires on 2027-03-31: plan the migration.",
  },
  "version-mismatch": {
    status: 409,
    exit: 3,
    remedy: "Deploy the expected version to the incoming service, or correct expect.version.",
  },
  "readiness-impossible": {
    status: 409,
    exit: 3,
    remedy: "Ask for a shorter readiness.stableFor or a longer readiness.deadline.",
  },
  "reply-incomplete": {
    status: 502,
    exit: 3,
    remedy:
      "Resource Manager answered without fields that are needed: read the service by hand and report what is missing.",
  },

  // Waiting
  "queue-expired": {
    status: 409,
    exit: 5,
    remedy: "See what held the pair's lease or hold, then send a new request.",
  },
  "readiness-expired": {
    status: 409,
    exit: 5,
    remedy: "Repair the named role instances, then send a new request.",
  },
  ...windowCodes,
  "request-expired": { status: 409, exit: 5, remedy: "Send a new request with a later expiresAt." },
  "run-lost": {
    status: 409,
    exit: 5,
    remedy: "The run was lost and its deadlines passed without a claim: send a new request.",
  },
  "cancelled-by-person": {
    status: 200,
    exit: 6,
    remedy: "Send a new request when the promotion is wanted after all.",
  },
  "terminated-by-hand": {
    status: 200,
    exit: 6,
    remedy: "The run was terminated by hand before anything was claimed: send a new request when wanted.",
  },

  // Approvals
  ...gateCodes,
  ...permissionCodes,
  ...rollbackOutlookCodes,

  // The swap
  "stale-plan": {
    status: 409,
    exit: 3,
    remedy: "The services kept changing under the plan: finish the deployments, then send a new request.",
  },
  "declined-by-platform": {
    status: 409,
    exit: 3,
    remedy:
      "Resource Manager declined the swap and nothing changed: act on its code and message, then send a new request.",
  },
  "foreign-state": {
    status: 409,
    exit: 8,
    remedy:
      "Somebody else changed the slots: look at both services in the portal, then release the hold with a note.",
  },
  "operation-failed": {
    status: 409,
    exit: 8,
    remedy:
      "Azure's own operation failed and the slots are as before: look at both services, then release the hold.",
  },
  "outcome-unproved": {
    status: 409,
    exit: 8,
    remedy:
      "It could not be proved whether the swap took effect: see in the activity log that its operation has ended, read both services by hand, then release the hold.",
  },
  "attempts-exhausted": {
    status: 409,
    exit: 8,
    remedy:
      "Two swap calls were lost without effect: check Resource Manager and the network, then release the hold.",
  },
  "verification-failed": {
    status: 409,
    exit: 8,
    remedy:
      "The swap was done but production could not be verified: look at both services, then release the hold.",
  },
  "run-lost-after-claim": {
    status: 409,
    exit: 8,
    remedy:
      "The run was lost after it had claimed a swap: read both services by hand, then release the hold.",
  },

  ...soakCodes,

  // People
  ...holdCodes,
  "note-required": { status: 400, exit: 2, remedy: "Say why: add a note (1 to 500 characters)." },
  "attempt-open": {
    status: 409,
    exit: 3,
    remedy: "A swap call is under way: wait until its effect is proved, then cancel again.",
  },
  "cancel-too-late": {
    status: 409,
    exit: 3,
    remedy:
      "The swap has taken effect: POST /api/promotions/{id}/rollback while it soaks, later request the other side.",
  },
  "already-concluded": {
    status: 409,
    exit: 3,
    remedy: "The promotion has an outcome, and outcomes never change.",
  },
  "too-many-calls": { status: 429, exit: 3, remedy: "Wait as long as Retry-After says, then try again." },
  unauthenticated: {
    status: 401,
    exit: 9,
    remedy: "Send the access token that the detail expects; an ID token is none.",
  },
  forbidden: { status: 403, exit: 9, remedy: "Ask for the permission named in the detail." },
  "not-found": { status: 404, exit: 2, remedy: "Check the id or the path." },
  "method-not-allowed": { status: 405, exit: 2, remedy: "Use a method that the Allow header names." },
  "invalid-query": { status: 400, exit: 2, remedy: "Correct the query parameters named in the issues." },
  "not-acknowledged": {
    status: 503,
    exit: 1,
    remedy:
      "Nobody saw it stored in time: wait as Retry-After says, read the state, and send the same again.",
  },
  "internal-error": { status: 500, exit: 1, remedy: "Report the correlation id to whoever runs this app." },
} as const satisfies Record<string, CodeEntry>;

export type Code = keyof typeof codes;

/** Why something is as it is: a stable code, the particulars, and what to do. */
export interface Reason {
  readonly code: Code;
  readonly detail: string;
  readonly remedy: string;
}

/** A reason with the table's remedy; `detail` is cut at 600 characters so that entity state stays small. */
export function reason(code: Code, detail: string, remedy: string = codes[code].remedy): Reason {
  return { code, detail: detail.length > 600 ? `${detail.slice(0, 597)}...` : detail, remedy };
}
