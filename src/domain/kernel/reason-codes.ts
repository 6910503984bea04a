/** How one code shows itself outside: HTTP status, process exit code, and what a person can do about it. */
export interface CodeEntry {
  readonly status: number;
  /** 0 done, 1 bug, 2 bad input, 3 refused, 4 rejected, 5 expired, 6 cancelled, 7 rolled back, 8 halted, 9 not allowed. */
  readonly exit: number;
  readonly remedy: string;
}

/** Remedies by code, of codes that share an HTTP status and an exit code. */
function all<Name extends string>(status: number, exit: number, remedies: Readonly<Record<Name, string>>) {
  const entries = Object.entries<string>(remedies);
  return Object.fromEntries(entries.map(([code, remedy]) => [code, { status, exit, remedy }])) as Readonly<
    Record<Name, CodeEntry>
  >;
}

/** Why a well-formed request is not accepted. */
const requestCodes = {
  ...all(400, 2, {
    "malformed-request": "Correct every issue and send the request again in a new message.",
    "reserved-id": "Use another requestId. Ids of this form are reserved for schedules.",
    "too-far-ahead": "Send the request closer to its time. queue.horizon in the pairs file sets the limit.",
    "dead-lettered": "Read the dead-letter reason, correct the cause, and send the request again.",
  }),
  ...all(404, 3, {
    "unknown-pair": "Use a pair of this installation (GET /api/pairs), or add the pair to the pairs file.",
  }),
  ...all(409, 2, {
    "request-conflict":
      "This requestId was used with different content. Send the request with a new requestId.",
  }),
  ...all(409, 3, {
    "pair-removed": "Restore the pair in the pairs file if it is still needed.",
    unpinned: 'Name the version (expect.version), or promote "blue" or "green" explicitly.',
    "pair-busy":
      'This pair refuses requests while another promotion runs (queue.whenBusy: "refuse"). Send a new request later.',
  }),
  ...all(413, 2, { "body-too-large": "Keep the request below 16 KiB of JSON." }),
  ...all(415, 2, { "unsupported-media-type": "Send application/json." }),
  ...all(429, 3, {
    "queue-full": "Wait until promotions of this pair finish, or cancel some, then send a new request.",
  }),
};

const prerequisiteCodes = {
  ...all(409, 3, {
    "roles-too-long": "Deploy fewer roles, or roles with shorter names.",
    "service-missing": "Correct the ARM id in the pairs file, or deploy the missing cloud service.",
    "not-extended-support":
      "Only Cloud Services (extended support) can be swapped. Correct the ARM ids in the pairs file.",
    "not-swappable":
      "Azure pairs two services only when the second is first deployed. Redeploy it with swappableCloudService set.",
    "not-mutual":
      "Each service must name the other as swappableCloudService. Correct the pairs file or redeploy the second service.",
    "slot-unknown": "Read cloudServiceSlots/swap of the service. Its slot must be known before a swap.",
    "slots-not-complementary":
      "One service must hold production and the other staging. Check both in the portal.",
    "provisioning-not-succeeded":
      "Wait until the update finishes, or repair the failed deployment. Azure may not recover from a swap before that.",
    "reserved-ip-mismatch":
      "Both services need a static (reserved) public IP, or neither. Change the allocation of one.",
    "frontend-invalid":
      "Each load balancer frontend must reference either a public IP or a subnet, and not both.",
    "internal-load-balancer":
      "A service with a public and an internal load balancer cannot be swapped. Deploy it with the public one only.",
    "frontend-missing": "Each service needs one load balancer frontend with a public IP.",
    "roles-unknown": "The role profile must name every role and its capacity. Read the service again.",
    "no-instances": "Scale every role to at least one instance.",
    "instances-not-running":
      "Readiness waits for these instances. Start stopped instances and check those that keep restarting.",
    "region-differs": "Deploy both services in the same region.",
    "subscription-differs": "Deploy both services in the same subscription.",
    "roles-differ": "Check that the new release is meant to have different roles.",
    "basic-sku-retired": "Basic public IPs retired on 2025-09-30. Plan the move to Standard.",
    "platform-retirement": "Cloud Services (extended support) retires on 2027-03-31. Plan the migration.",
    "version-mismatch": "Deploy the expected version to the incoming service, or correct expect.version.",
    "readiness-impossible": "Request a shorter readiness.stableFor or a longer readiness.deadline.",
  }),
  ...all(502, 3, {
    "service-unreadable":
      "Grant the app's identity read access to both cloud services, and check the health of Resource Manager.",
    "reply-incomplete":
      "Resource Manager omitted required fields. Read the service manually and report what is missing.",
  }),
};

const waitCodes = {
  ...all(200, 6, {
    "cancelled-by-person": "Send a new request if the promotion is still wanted.",
    "terminated-by-hand":
      "The run was terminated manually before anything was claimed. Send a new request if it is still wanted.",
  }),
  ...all(409, 3, {
    "not-before": "Wait for the time that the request names.",
    "outside-window": "Wait for the next allowed window, or change window.allow in the pairs file.",
    "denied-window": "Wait until the denied window ends, or change window.deny in the pairs file.",
    frozen: "Wait until the freeze ends, or change it where it is defined.",
  }),
  ...all(409, 5, {
    "queue-expired": "Check which lease or hold blocked the pair, then send a new request.",
    "readiness-expired": "Repair the named role instances, then send a new request.",
    "window-expired":
      "Check what kept the deployment window closed (GET /api/pairs/{name}/window), then send a new request.",
    "request-expired": "Send a new request with a later expiresAt.",
    "run-lost": "The run was lost and its deadlines passed without a claim. Send a new request.",
  }),
  ...all(503, 3, {
    "freeze-unreadable":
      "Repair the freeze calendar named in the detail. A calendar that cannot be read counts as frozen.",
  }),
};

const approvalCodes = {
  ...all(403, 9, { "not-an-approver": "Ask an approver named in the pair's approval policy to vote." }),
  ...all(409, 0, { "already-counted": "Nothing to do. This vote is already counted." }),
  ...all(409, 3, {
    "approval-impossible":
      "Name more people or roles in the pair's approval policy, or request a smaller quorum.",
    "no-approval-asked":
      "This promotion does not ask for approval now. Check its state: GET /api/promotions/{id}.",
    "vote-too-late": "The gate is decided. To stop the swap, ask an operator to cancel the promotion.",
    "plan-changed":
      "Read the promotion again, review what changed, and vote with the plan hash that is shown there.",
  }),
  ...all(409, 4, {
    "rejected-by-approver": "Read the approver's comment, correct the cause, and send a new request.",
  }),
  ...all(409, 5, {
    "approval-expired": "Approval has closed. Send a new request and inform the approvers of its deadline.",
  }),
};

/** Warnings of a plan about a later rollback. They refuse nothing. */
const rollbackOutlookCodes = all(200, 0, {
  "rollback-ruled-out":
    "Omit irreversible from the request if a rollback would do no harm. Otherwise have a fix ready.",
  "rollback-only-by-order":
    'Watch the soak and order the rollback if needed (POST /api/promotions/{id}/rollback), or set rollback to "automatic" in the pairs file.',
  "rollback-target-not-running":
    "Start every instance of the old production before the swap. Otherwise Azure may decline the rollback.",
  "rollback-unwatched":
    "Set soak.for in the pairs file or in the request. Without a soak, nothing is rolled back after verification.",
  "rollback-without-probes":
    "Configure probes in the pairs file. They detect a release that runs but does not serve.",
});

/** Warnings of a plan about permissions that the app lacks. They refuse nothing. */
const permissionCodes = all(200, 0, {
  "slot-write-not-permitted":
    "Grant the app's identity Microsoft.Network/cloudServiceSlots/write on both resource groups.",
  "operation-read-not-permitted":
    "Grant the app's identity Microsoft.Network/locations/operations/read on the subscription.",
});

const swapCodes = {
  ...all(409, 3, {
    "stale-plan":
      "The services kept changing after planning. Finish the deployments, then send a new request.",
    "declined-by-platform":
      "Resource Manager declined the swap and nothing changed. Act on its code and message, then send a new request.",
  }),
  ...all(409, 8, {
    "foreign-state":
      "Somebody else changed the slots. Check both services in the portal, then release the hold with a note.",
    "operation-failed":
      "The Azure operation failed and the slots are as before. Check both services, then release the hold.",
    "outcome-unproved":
      "It is unproved whether the swap took effect. Confirm in the activity log that its operation has ended, read both services manually, then release the hold.",
    "attempts-exhausted":
      "Two swap calls were lost without effect. Check Resource Manager and the network, then release the hold.",
    "verification-failed":
      "The swap is done, but production could not be verified. Check both services, then release the hold.",
    "run-lost-after-claim":
      "The run was lost after it claimed a swap. Read both services manually, then release the hold.",
  }),
};

const rollbackCodes = {
  ...all(200, 7, {
    regression:
      "The old production is back. Review the evidence, fix the release, then release the hold with a note.",
    "rolled-back-by-person":
      "The old production is back. Release the hold with a note when the pair may be swapped again.",
  }),
  ...all(409, 3, {
    "nothing-to-roll-back":
      "Nothing is swapped yet. Cancel the promotion instead: POST /api/promotions/{id}/cancel.",
    "rollback-too-late": "The soak is over. Send a new request for the other side: POST /api/promotions.",
    "rollback-irreversible": "The release was declared irreversible. Fix it forward.",
  }),
  ...all(409, 8, {
    "regression-irreversible":
      "The release holds production and was declared irreversible. Fix it forward, then release the hold.",
    "regression-kept":
      'The release holds production (this pair has rollback: "never"). Fix it, or release the hold and request the other side.',
    "soak-unmeasurable":
      "The swap is done, but production could not be measured. Check production and the probes, then release the hold.",
    "rollback-failed":
      "The regressed release still holds production. Roll back manually or fix it forward, then release the hold.",
  }),
};

const holdCodes = {
  ...all(404, 2, { "no-hold": "Nothing to release. The pair is not on hold." }),
  ...all(409, 2, {
    "hold-released":
      "A hold with this id was released before. Set the new hold with another id, or without an id.",
    "hold-differs":
      "A hold with this id has another reason. Set the new hold with another id, or without an id.",
    "pause-differs":
      "The schedule is already paused with another note. Leave it paused, or resume it and pause it again.",
  }),
  ...all(409, 3, {
    "on-hold": "Read why the pair is on hold, then release the hold: DELETE /api/holds/{pair}.",
    "too-many-holds":
      "The pair is on hold and has the maximum number of holds. Release one of them by its id first.",
  }),
};

const apiCodes = {
  ...all(400, 2, {
    "note-required": "Add a note that says why (1 to 500 characters).",
    "invalid-query": "Correct the query parameters named in the issues.",
  }),
  ...all(401, 9, {
    unauthenticated: "Send the access token that the detail describes. An ID token is not accepted.",
  }),
  ...all(403, 9, { forbidden: "Ask for the permission named in the detail." }),
  ...all(404, 2, { "not-found": "Check the id or the path." }),
  ...all(405, 2, { "method-not-allowed": "Use a method listed in the Allow header." }),
  ...all(409, 3, {
    "attempt-open": "A swap call is in progress. Wait until its effect is proved, then cancel again.",
    "cancel-too-late":
      "The swap took effect. Roll back while it soaks (POST /api/promotions/{id}/rollback), or later request the other side.",
    "already-concluded": "The promotion has an outcome, and outcomes never change.",
  }),
  ...all(429, 3, { "too-many-calls": "Wait as long as Retry-After says, then try again." }),
  ...all(500, 1, { "internal-error": "Report the correlation id to the operator of this app." }),
  ...all(503, 1, {
    "not-acknowledged":
      "The change was not confirmed as stored in time. Wait as Retry-After says, read the state, and send the same again.",
  }),
};

/** Every code of the product. A code never changes its meaning; the detail beside it has the particulars. */
export const codes = {
  ...all(200, 0, {
    promoted: "Nothing to do.",
    "already-held": "Nothing to do. The target already held production.",
  }),
  ...requestCodes,
  ...prerequisiteCodes,
  ...waitCodes,
  ...approvalCodes,
  ...permissionCodes,
  ...rollbackOutlookCodes,
  ...swapCodes,
  ...rollbackCodes,
  ...holdCodes,
  ...apiCodes,
};

export type Code = keyof typeof codes;
export type RollbackOutlookCode = keyof typeof rollbackOutlookCodes;

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
