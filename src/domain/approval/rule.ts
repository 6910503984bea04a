import type { RequestOrigin, SwapRequest } from "../kernel/swap-request";

/** Who must approve a swap, by when, and how long an approval is valid. Durations are in milliseconds. */
export interface ApprovalRule {
  /** How many different people must approve. */
  readonly quorum: number;
  /** App roles that may approve. Without `roles` and `people`, everybody with Swap.Approve may. */
  readonly roles?: readonly string[];
  /** Object ids that may approve. */
  readonly people?: readonly string[];
  /** Object ids whose vote never counts. */
  readonly neverApprove?: readonly string[];
  readonly deadlineMs: number;
  /** How long after the quorum is reached the swap may be claimed. */
  readonly validForMs: number;
}

/** The defaults of the pairs file. */
export const defaultApproval: ApprovalRule = {
  quorum: 1,
  deadlineMs: 72 * 3_600_000,
  validForMs: 24 * 3_600_000,
};

/** The largest quorum. Every vote takes space in the promotion record. */
export const MOST_APPROVALS = 5;

export interface Voter {
  readonly oid: string;
  readonly name: string;
  readonly application: boolean;
  /** App roles of the verified token. */
  readonly roles: readonly string[];
}

/** Break-glass bypasses gate and deployment window only: never holds, lease, prerequisites and claim. */
export function isBreakGlass({ origin }: { readonly origin: RequestOrigin }): boolean {
  return origin.breakGlass !== undefined;
}

/**
 * The approval rule of one promotion; undefined if it needs no approval. A request may raise the quorum. If the person
 * behind the request is unknown, at least two must approve, since one of them may be the requester.
 */
export function approvalOf(
  policy: ApprovalRule | undefined,
  request: SwapRequest,
  origin: RequestOrigin,
): ApprovalRule | undefined {
  const rule = policy ?? (request.approval && defaultApproval);
  if (!rule) return undefined;
  const least = isRequesterKnown(origin) ? 1 : 2;
  return { ...rule, quorum: Math.max(rule.quorum, request.approval?.quorum ?? 0, least) };
}

/** Why the quorum can never be reached; undefined if it can. */
export function unreachable(rule: ApprovalRule, origin?: RequestOrigin): string | undefined {
  if (!rule.people || rule.roles) return undefined;
  const mayApprove = (oid: string) => !includes(rule.neverApprove, oid) && !isRequester(origin, oid);
  const able = new Set(rule.people.filter(mayApprove).map(folded));
  if (able.size >= rule.quorum) return undefined;
  return `${rule.quorum} ${rule.quorum === 1 ? "approval is" : "approvals are"} needed and only ${able.size} of the people named may give one`;
}

/** Why a vote does not count; undefined if it does. The caller has already checked Swap.Approve. */
export function whyNotAllowed(rule: ApprovalRule, origin: RequestOrigin, voter: Voter): string | undefined {
  if (voter.application) return "applications never approve";
  if (isRequester(origin, voter.oid)) return "the requester of a swap never counts as an approver";
  if (includes(rule.neverApprove, voter.oid)) return "the pair's policy names you under neverApprove";
  return isNamed(rule, voter) ? undefined : `approvals of this pair come from ${approversOf(rule)}`;
}

function isNamed({ roles, people }: ApprovalRule, voter: Voter): boolean {
  const open = !roles && !people;
  return open || includes(people, voter.oid) || voter.roles.some((role) => roles?.includes(role));
}

export function approversOf({ roles, people }: ApprovalRule): string {
  const named = [
    ...(roles ? [`holders of the app role ${roles.join(" or ")}`] : []),
    ...(people ? [`object id ${people.join(", ")}`] : []),
  ];
  return named.length > 0 ? named.join(", and ") : "everybody with Swap.Approve";
}

function isRequesterKnown({ principal }: RequestOrigin): boolean {
  return principal !== undefined && principal.application !== true;
}

function isRequester(origin: RequestOrigin | undefined, oid: string): boolean {
  return origin?.principal !== undefined && isSamePerson(origin.principal.oid, oid);
}

function includes(oids: readonly string[] | undefined, oid: string): boolean {
  return oids?.some((each) => isSamePerson(each, oid)) ?? false;
}

/** Object ids are GUIDs, in upper or lower case. */
export function isSamePerson(a: string, b: string): boolean {
  return folded(a) === folded(b);
}

function folded(oid: string): string {
  return oid.toLowerCase();
}
