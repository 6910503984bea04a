import type { RequestOrigin, SwapRequest } from "../kernel/swap-request";

/** Who must say yes before a pair is swapped, by when, and for how long a yes holds. Durations in milliseconds. */
export interface ApprovalRule {
  /** Different people who must approve. */
  readonly quorum: number;
  /** App roles that may approve, and object ids that may; with neither, everybody with Swap.Approve may. */
  readonly roles?: readonly string[];
  readonly people?: readonly string[];
  /** Object ids whose vote never counts. */
  readonly neverApprove?: readonly string[];
  readonly deadlineMs: number;
  /** How long after the quorum the swap may still be claimed. */
  readonly validForMs: number;
}

/** The defaults of the pairs file. */
export const defaultApproval: ApprovalRule = {
  quorum: 1,
  deadlineMs: 72 * 3_600_000,
  validForMs: 24 * 3_600_000,
};

/** The largest quorum: every vote is kept in the promotion record, which has to stay small. */
export const MOST_APPROVALS = 5;

/** Somebody who votes. `roles` are the app roles of the verified token. */
export interface Voter {
  readonly oid: string;
  readonly name: string;
  readonly application: boolean;
  readonly roles: readonly string[];
}

/** Whether the promotion passes gate and deployment window by an operator's word; holds, lease, prerequisites and claim it never passes. */
export function isBreakGlass({ origin }: { readonly origin: RequestOrigin }): boolean {
  return origin.breakGlass !== undefined;
}

/**
 * What one promotion asks for; undefined when nobody needs to approve. The request tightens by a larger quorum, also
 * where the policy asks for nothing. Who stands behind a queue message, a schedule or an application is not known, and
 * might approve what they asked for: there the quorum is at least two.
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

/** Why the quorum can never be reached, however many agree; undefined when it can. */
export function unreachable(rule: ApprovalRule, origin?: RequestOrigin): string | undefined {
  if (!rule.people || rule.roles) return undefined;
  const mayApprove = (oid: string) => !includes(rule.neverApprove, oid) && !isRequester(origin, oid);
  const able = new Set(rule.people.filter(mayApprove).map(folded));
  if (able.size >= rule.quorum) return undefined;
  return `${rule.quorum} ${rule.quorum === 1 ? "approval is" : "approvals are"} needed and only ${able.size} of the people named may give one`;
}

/** Why somebody's vote does not count; undefined when it does. Swap.Approve has been asked for already. */
export function whyNotAllowed(rule: ApprovalRule, origin: RequestOrigin, voter: Voter): string | undefined {
  if (voter.application) return "applications never approve";
  if (isRequester(origin, voter.oid)) return "whoever asked for the swap never counts as an approver";
  if (includes(rule.neverApprove, voter.oid)) return "the pair's policy names you under neverApprove";
  return isNamed(rule, voter) ? undefined : `approvals of this pair come from ${approversOf(rule)}`;
}

function isNamed({ roles, people }: ApprovalRule, voter: Voter): boolean {
  const open = !roles && !people;
  return open || includes(people, voter.oid) || voter.roles.some((role) => roles?.includes(role));
}

/** Who may approve, for people. */
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

/** Object ids are GUIDs, and files write them in either case. */
export function isSamePerson(a: string, b: string): boolean {
  return folded(a) === folded(b);
}

function folded(oid: string): string {
  return oid.toLowerCase();
}
