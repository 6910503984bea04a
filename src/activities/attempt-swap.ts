import { isBreakGlass } from "../domain/approval/rule";
import { checkRoles } from "../domain/cloud-service/readiness";
import { type PairKey, describeRemoved } from "../domain/kernel/pair-key";
import { answerTo } from "../domain/pair/answers";
import type { PairState } from "../domain/pair/pair";
import type { SwapPlan } from "../domain/plan/plan";
import { describeWindow } from "../domain/policy/deployment-window";
import { lacksApproval, lacksPresentApproval } from "../domain/promotion/approval";
import type { PromotionState } from "../domain/promotion/state";
import {
  type Direction,
  type AttemptResult,
  type AttemptVerdict,
  isClaimRefusal,
  type SwapReply,
  type Unsent,
} from "../domain/swap/attempt";
import { decideAttempt } from "../domain/swap/decide-attempt";
import type { Ports } from "../ports/ports";
import { checkWindow, type WindowInput } from "./check-window";

export interface AttemptInput {
  readonly requestId: string;
  /** Its label, for the log. */
  readonly pair: string;
  readonly pairKey: PairKey;
  readonly direction: Direction;
  /** Which attempt of the lease this is; an execution that comes late finds its number closed. */
  readonly n: number;
  readonly epoch: number;
  readonly plan: SwapPlan;
  /** What the request says of its deployment window; rollbacks and break-glass pass it. */
  readonly asked?: WindowInput["asked"] & { readonly passWindow: boolean };
}

/** Both clocks at the start; the PUT is sent only while neither has left the claim window. */
interface Started {
  readonly wall: number;
  readonly monotonic: number;
}

/**
 * Claims, reads afresh, and sends at most one PUT. May be executed twice, in parallel, late: only the execution whose
 * nonce the pair has granted sends anything.
 */
export async function attemptSwap(input: AttemptInput, ports: Ports): Promise<AttemptResult> {
  const started = { wall: ports.clock.now(), monotonic: ports.clock.monotonic() };
  const nonce = ports.nonce();
  const claim = await claimAttempt(input, nonce, started, ports);
  if (claim.kind !== "granted") return claim;
  const { verdict, evidence } = await carryOut(input, { nonce, started }, ports);
  await report(input, nonce, verdict, ports);
  return { kind: "attempted", nonce, verdict, ...(evidence === undefined ? {} : { evidence }) };
}

type Claim = { readonly kind: "granted" } | Exclude<AttemptResult, { kind: "attempted" }>;

async function claimAttempt(
  input: AttemptInput,
  nonce: string,
  started: Started,
  ports: Ports,
): Promise<Claim> {
  const { requestId, pair, pairKey, direction, n, epoch, plan } = input;
  const operation = {
    kind: "claim",
    requestId,
    direction,
    n,
    nonce,
    epoch,
    planHash: plan.hash,
    at: started.wall,
  } as const;
  let signalled = false;
  for (let wait = 10; isInWindow(input, started, ports); wait = Math.min(wait * 2, 1000)) {
    try {
      if (!signalled) await ports.pairs.signal(pairKey, operation);
      signalled = true;
      const claim = readClaim(await ports.pairs.read(pairKey), input, nonce);
      if (claim) return claim;
    } catch (fault) {
      ports.log.warn("a claim could not be sent or read back yet", { requestId, pair, fault });
    }
    await ports.clock.sleep(wait);
  }
  return { kind: "claim-unseen", nonce };
}

function readClaim(state: PairState | undefined, input: AttemptInput, nonce: string): Claim | undefined {
  if (!state) return undefined;
  const { open } = state;
  if (open?.nonce === nonce) return { kind: "granted" };
  const code = answerTo(state, nonce);
  if (code === undefined || !isClaimRefusal(code)) return undefined;
  return code === "attempt-open" && open?.requestId === input.requestId
    ? { kind: "claimed-elsewhere", nonce: open.nonce }
    : { kind: "claim-refused", code, detail: `the pair refused the claim: ${code}` };
}

function isInWindow(input: AttemptInput, started: Started, { clock }: Ports): boolean {
  const windowMs = input.plan.policy.swap.claimWindowMs;
  return Math.abs(clock.now() - started.wall) < windowMs && clock.monotonic() - started.monotonic < windowMs;
}

/** Everything after the claim is a value: what is thrown before the PUT means that nothing was sent, after it that nobody knows. */
async function carryOut(
  input: AttemptInput,
  { nonce, started }: { readonly nonce: string; readonly started: Started },
  ports: Ports,
): Promise<{ readonly verdict: AttemptVerdict; readonly evidence?: string }> {
  let decision: ReturnType<typeof decideAttempt>;
  try {
    const state = input.direction === "rollback" ? undefined : await readRecord(input.requestId, ports);
    const barred = state && (whyBarred(state, input, ports) ?? (await findClosed(input, ports)));
    decision =
      barred ?? (await decideFromFreshReads(input, state !== undefined && isBreakGlass(state), ports));
  } catch (fault) {
    const { requestId, pair } = input;
    ports.log.warn("the reads before the PUT failed; nothing is sent", { requestId, pair, fault });
    return { verdict: { kind: "withheld", detail: "the reads before the PUT failed; the log tells how" } };
  }
  if (decision.kind !== "send") return { verdict: decision };
  if (!isInWindow(input, started, ports)) {
    return { verdict: { kind: "withheld", detail: "the claim window had passed before the PUT" } };
  }
  const verdict = await keepOperation(input, nonce, await send(input, ports), ports);
  return { verdict, evidence: decision.evidence };
}

/** The deployment window as it is now, after the claim and before anything is read for the PUT. Break-glass passes it, not its own expiry. */
async function findClosed(
  { direction, asked, plan, requestId, pair }: AttemptInput,
  ports: Ports,
): Promise<Unsent | undefined> {
  if (direction === "rollback") return undefined;
  if (asked?.passWindow) {
    if (ports.clock.now() >= (asked.expiresAt ?? Infinity))
      return { kind: "window-closed", detail: "the request has expired" };
    ports.log.warn("break-glass bypasses the deployment window", { requestId, pair });
    return undefined;
  }
  const window = await checkWindow({ policy: plan.policy, asked: asked ?? {} }, ports);
  return window.open
    ? undefined
    : {
        kind: "window-closed",
        detail: describeWindow(window, plan.policy.timeZone, asked?.expiresAt).slice(0, 300),
      };
}

/** For a rollback the plan's sides are exchanged: production is asked for the service that held it before. */
async function send({ plan, requestId, pair }: AttemptInput, ports: Ports): Promise<SwapReply> {
  try {
    return await ports.cloudServices.requestSwap(
      plan.incoming.id,
      "production",
      plan.policy.swap.putTimeoutMs,
    );
  } catch (fault) {
    ports.log.warn("the PUT ended without a reply", { requestId, pair, fault });
    return { kind: "unknown", detail: "the PUT ended without a reply; the log tells how" };
  }
}

/** How often an address is tried to be kept; one that cannot be is worth no more: reads of both services tell without it. */
const KEEPING_TRIES = 5;

/** Keeps the operation's address before the verdict is reported, so that whoever reads the verdict may look for it. */
async function keepOperation(
  { requestId, pair }: AttemptInput,
  nonce: string,
  reply: SwapReply,
  ports: Ports,
): Promise<AttemptVerdict> {
  if (reply.kind !== "accepted") return reply;
  const { operation: address, ...verdict } = reply;
  if (verdict.detail !== undefined)
    ports.log.warn("an operation cannot be followed", { requestId, pair, detail: verdict.detail });
  if (!address) return verdict;
  for (let tried = 1; ; tried++) {
    try {
      await ports.operations.signal(nonce, { kind: "begun", address });
      return { ...verdict, followed: true };
    } catch (fault) {
      ports.log.warn("the address of an operation could not be stored yet", { requestId, pair, fault });
      if (tried === KEEPING_TRIES)
        return { ...verdict, detail: "the operation's address could not be kept, and it is not followed" };
      await ports.clock.sleep(250 * 2 ** tried);
    }
  }
}

async function readRecord(requestId: string, ports: Ports): Promise<PromotionState> {
  const state = await ports.promotions.read(requestId);
  if (!state) throw new Error("the promotion record could not be found");
  return state;
}

/** What the promotion record says against a forward swap, a rollback needs nobody's word. Break-glass passes, and is named. */
function whyBarred(
  state: PromotionState,
  { plan, pairKey }: AttemptInput,
  { clock, log, policies }: Ports,
): Unsent | undefined {
  const { requestId, request, conclusion, origin } = state;
  if (conclusion) return { kind: "concluded", detail: `ended as ${conclusion.outcome}` };
  const present = policies.byKey(pairKey);
  // Planned anew it is refused, with the same words.
  if (!present) return { kind: "stale-plan", detail: describeRemoved(request.pair) };
  if (isBreakGlass(state)) {
    const detail = `break-glass by ${origin.principal?.name ?? "?"}: ${origin.breakGlass?.reason ?? ""}`;
    log.warn("an attempt bypasses gate and deployment window", { requestId, pair: plan.pair, detail });
  }
  const detail = lacksApproval(state, plan, clock.now());
  if (detail !== undefined) return { kind: "not-approved", detail };
  // Planned anew it is under the present rule, which people are asked by.
  const tightened = lacksPresentApproval(state, plan, present, clock.now());
  return tightened === undefined ? undefined : { kind: "stale-plan", detail: tightened };
}

async function decideFromFreshReads(
  { plan, direction }: AttemptInput,
  outgoingMayBeDown: boolean,
  { cloudServices }: Ports,
): Promise<ReturnType<typeof decideAttempt>> {
  const { versionTag } = plan.policy;
  const [incoming, outgoing, incomingInstances, outgoingInstances] = await Promise.all([
    cloudServices.readService(plan.incoming.id, versionTag),
    cloudServices.readService(plan.outgoing.id, versionTag),
    cloudServices.readInstances(plan.incoming.id),
    cloudServices.readInstances(plan.outgoing.id),
  ]);
  const reads = {
    incoming,
    outgoing,
    incomingCheck: checkRoles(plan.incoming.side, incoming, incomingInstances),
    outgoingCheck: checkRoles(plan.outgoing.side, outgoing, outgoingInstances),
  };
  return decideAttempt(plan, reads, direction, outgoingMayBeDown);
}

/** The verdict travels in the activity's result too; a report that cannot be written only costs time. */
async function report(
  input: AttemptInput,
  nonce: string,
  verdict: AttemptVerdict,
  ports: Ports,
): Promise<void> {
  const { requestId, pair, pairKey } = input;
  try {
    await ports.pairs.signal(pairKey, { kind: "report", requestId, nonce, verdict, at: ports.clock.now() });
  } catch (fault) {
    ports.log.warn("an attempt's verdict could not be written into its claim", { requestId, pair, fault });
  }
}
