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
import { readServices } from "./read-services";

export interface AttemptInput {
  readonly requestId: string;
  /** The pair's label, for the log. */
  readonly pair: string;
  readonly pairKey: PairKey;
  readonly direction: Direction;
  /** The number of the attempt under its lease. A late execution finds its number closed. */
  readonly n: number;
  readonly epoch: number;
  readonly plan: SwapPlan;
  /** The request's limits on its deployment window. Rollbacks have none; break-glass has `passWindow`. */
  readonly asked?: WindowInput["asked"] & { readonly passWindow: boolean };
}

/** Both clocks at the start. The PUT is sent only if both are still within the claim window. */
interface Started {
  readonly wall: number;
  readonly monotonic: number;
}

/**
 * Claims, reads again, and sends at most one PUT. Duplicate, parallel and late executions are harmless: only the
 * execution whose nonce the pair granted sends anything.
 */
export async function attemptSwap(input: AttemptInput, ports: Ports): Promise<AttemptResult> {
  const started = { wall: ports.clock.now(), monotonic: ports.clock.monotonic() };
  const nonce = ports.nonce();
  const claim = await claimAttempt(input, nonce, started, ports);
  if (claim.kind !== "granted") return claim;
  const { verdict, evidence } = await carryOut(input, { nonce, started }, ports);
  await report(input, nonce, verdict, ports);
  return { kind: "attempted", nonce, verdict, evidence };
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

/** Throws nothing: a fault before the PUT means that nothing was sent, a fault after it that the effect is unknown. */
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
    return { verdict: { kind: "withheld", detail: "the reads before the PUT failed; see the log" } };
  }
  if (decision.kind !== "send") return { verdict: decision };
  if (!isInWindow(input, started, ports)) {
    return { verdict: { kind: "withheld", detail: "the claim window had passed before the PUT" } };
  }
  const verdict = await storeOperation(input, nonce, await send(input, ports), ports);
  return { verdict, evidence: decision.evidence };
}

/** The present deployment window, checked after the claim. Break-glass bypasses the window, but not the request's expiry. */
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

/** In the plan of a rollback the sides are exchanged: `incoming` is the previous production. */
async function send({ plan, requestId, pair }: AttemptInput, ports: Ports): Promise<SwapReply> {
  try {
    return await ports.cloudServices.requestSwap(
      plan.incoming.id,
      "production",
      plan.policy.swap.putTimeoutMs,
    );
  } catch (fault) {
    ports.log.warn("the PUT ended without a reply", { requestId, pair, fault });
    return { kind: "unknown", detail: "the PUT ended without a reply; see the log" };
  }
}

/** Reads of both services settle the attempt even without the address. */
const MOST_TRIES = 5;

/** Stores the operation's address before the verdict is reported: readers of the verdict rely on it. */
async function storeOperation(
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
      if (tried === MOST_TRIES)
        return { ...verdict, detail: "the operation is not followed: its address could not be stored" };
      await ports.clock.sleep(250 * 2 ** tried);
    }
  }
}

async function readRecord(requestId: string, ports: Ports): Promise<PromotionState> {
  const state = await ports.promotions.read(requestId);
  if (!state) throw new Error("the promotion record could not be found");
  return state;
}

/** Why the promotion record forbids a forward swap; a rollback needs no approval. Logs the use of break-glass. */
function whyBarred(
  state: PromotionState,
  { plan, pairKey }: AttemptInput,
  { clock, log, policies }: Ports,
): Unsent | undefined {
  const { requestId, request, conclusion, origin } = state;
  if (conclusion) return { kind: "concluded", detail: `ended as ${conclusion.outcome}` };
  const present = policies.byKey(pairKey);
  // Planning again refuses it, with the same detail.
  if (!present) return { kind: "stale-plan", detail: describeRemoved(request.pair) };
  if (isBreakGlass(state)) {
    const detail = `break-glass by ${origin.principal?.name ?? "?"}: ${origin.breakGlass?.reason ?? ""}`;
    log.warn("an attempt bypasses gate and deployment window", { requestId, pair: plan.pair, detail });
  }
  const detail = lacksApproval(state, plan, clock.now());
  if (detail !== undefined) return { kind: "not-approved", detail };
  // Planning again asks people under the present rule.
  const tightened = lacksPresentApproval(state, plan, present, clock.now());
  return tightened === undefined ? undefined : { kind: "stale-plan", detail: tightened };
}

async function decideFromFreshReads(
  { plan, direction }: AttemptInput,
  outgoingMayBeDown: boolean,
  ports: Ports,
): Promise<ReturnType<typeof decideAttempt>> {
  const [incoming, outgoing, incomingInstances, outgoingInstances] = await readServices(
    [plan.incoming.id, plan.outgoing.id],
    plan.policy.versionTag,
    ports,
  );
  const reads = {
    incoming,
    outgoing,
    incomingCheck: checkRoles(plan.incoming.side, incoming, incomingInstances),
    outgoingCheck: checkRoles(plan.outgoing.side, outgoing, outgoingInstances),
  };
  return decideAttempt(plan, reads, direction, outgoingMayBeDown);
}

/** The activity's result has the verdict too, so a lost report only delays the settlement. */
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
