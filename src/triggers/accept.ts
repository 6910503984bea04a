import { pairIdentity } from "../domain/kernel/pair-key";
import type { Reason } from "../domain/kernel/reason-codes";
import { isRegistered, standsWith } from "../domain/pair/answers";
import { type Acceptance, decideAcceptance, whyRefused } from "../domain/promotion/acceptance";
import { composeProgress } from "../domain/promotion/completion-event";
import { asAskedAgain } from "../domain/promotion/retention";
import { pairOf, type PromotionState, type Registration } from "../domain/promotion/state";
import type { Ports } from "../ports/ports";
import { NotAcknowledged, NothingSent, publishUntilAccepted, untilSeen } from "./read-back";

/** A request that has a promotion, or whose id has one. */
export interface Accepted {
  readonly kind: Acceptance;
  readonly state: PromotionState;
  /** Registered, but its pair has not taken it up yet. That happens without further calls. */
  readonly onItsWay?: boolean;
}

/** Nothing is recorded. A repeat of the request gets the same answer. */
export interface Refused {
  readonly kind: "refused";
  readonly reason: Reason;
}

/** The content hash of a request read as a repeat of this promotion: defaults come from the promotion. */
export type HashBeside = (known: PromotionState) => string;

/**
 * Accepts one request: starts its run, which registers the promotion, and reads back both records. Every step may
 * have happened before; a repeat changes nothing.
 */
export async function acceptRequest(
  registration: Registration,
  ports: Ports,
  hashBeside: HashBeside = () => registration.contentHash,
): Promise<Accepted | Refused> {
  const { requestId } = registration;
  const known = await beforehand("the promotion record", () => ports.promotions.read(requestId), ports);
  if (!known) return acceptNew(registration, hashBeside, ports);
  const kind = decideAcceptance(known, hashBeside(known));
  if (kind === "live") return startAndSee(kind, registration, hashBeside, ports);
  return { kind, state: kind === "concluded" ? asAskedAgain(known, registration.request) : known };
}

async function acceptNew(
  registration: Registration,
  hashBeside: HashBeside,
  ports: Ports,
): Promise<Accepted | Refused> {
  const refusal = await refusalOf(registration, ports);
  if (refusal) return { kind: "refused", reason: refusal };
  raiseAlarm(registration, ports);
  const accepted = await startAndSee("new", registration, hashBeside, ports);
  if (accepted.kind === "new" && !accepted.state.conclusion) await describe(accepted.state, ports);
  return accepted;
}

async function startAndSee(
  kind: Acceptance,
  registration: Registration,
  hashBeside: HashBeside,
  ports: Ports,
): Promise<Accepted> {
  const policy = ports.policies.find(registration.request.pair);
  const pair = policy && pairIdentity(policy);
  await untilSeen("the run", () => startRun({ ...registration, pair }, ports), ports);
  return untilTakenUp(kind, registration, hashBeside, ports);
}

/**
 * Another delivery may have started the run on a host with another pairs file or clock, so a refusal checks for it
 * first.
 */
async function refusalOf(registration: Registration, ports: Ports): Promise<Reason | undefined> {
  const { requestId, request } = registration;
  const refusal = whyRefused(registration, ports.policies.find(request.pair), ports.clock.now());
  if (!refusal) return undefined;
  const run = await beforehand("the run", () => ports.promotions.runStatus(requestId), ports);
  return run === "live" ? undefined : refusal;
}

async function beforehand<T>(what: string, read: () => Promise<T>, ports: Ports): Promise<T> {
  try {
    return (await untilSeen(what, async () => ({ seen: await read() }), ports)).seen;
  } catch (cause) {
    throw new NothingSent(`${what} could not be read: nothing was sent`, { cause });
  }
}

/** Logged before anything is durable: a host that dies afterwards cannot have passed the gate silently. */
function raiseAlarm({ requestId, request, origin }: Registration, { log }: Ports): void {
  const { breakGlass, principal } = origin;
  if (!breakGlass) return;
  const detail = `by ${principal?.name ?? "?"} (${principal?.oid ?? "?"}): ${breakGlass.reason}`;
  const about = { requestId, pair: request.pair, detail };
  log.alert("break-glass", "an operator bypassed gate and deployment window", about);
}

/** Reads the promotion record first: `startNew` silently overwrites a run that has ended. */
async function startRun(registration: Registration, { promotions }: Ports): Promise<true> {
  const { requestId } = registration;
  if ((await promotions.runStatus(requestId)) !== "live") await promotions.startRun(requestId, registration);
  return true;
}

/** Reads back until the pair has taken up the promotion, or the promotion has an outcome. */
async function untilTakenUp(
  kind: Acceptance,
  { requestId }: Registration,
  hashBeside: HashBeside,
  ports: Ports,
): Promise<Accepted> {
  let registered: Accepted | undefined;
  const check = async (): Promise<Accepted | undefined> => {
    const state = await ports.promotions.read(requestId);
    if (!state) return undefined;
    // Of two simultaneous requests with one id, the promotion record holds the first.
    const won = decideAcceptance(state, hashBeside(state));
    if (won === "conflict") return { kind: won, state };
    if (state.conclusion) return { kind, state };
    registered = { kind, state, onItsWay: true };
    const pair = await ports.pairs.read(pairOf(state).key);
    return pair && isRegistered(pair, requestId) ? { kind, state } : undefined;
  };
  try {
    return await untilSeen("the registration", check, ports);
  } catch (fault) {
    if (registered && fault instanceof NotAcknowledged) return registered;
    throw fault;
  }
}

/**
 * Publishes the stored bytes of an outcome, again if needed: consumers deduplicate by event id. A promotion that is
 * still registered with its pair is not marked as announced here; its run or the reconciler does that after hold
 * and deregistration.
 */
export async function publishOutcome(state: PromotionState, ports: Ports): Promise<void> {
  const event = state.conclusion?.event;
  if (event === undefined) return;
  await publishUntilAccepted("the completion event", event, ports);
  const { requestId, pair } = state;
  if (!pair || !standsWith(await ports.pairs.read(pair.key), requestId))
    await ports.promotions.change(requestId, { kind: "announced", at: ports.clock.now() });
}

/** A caller does not wait for the broker. */
const NEWS_TIMEOUT_MS = 2_000;

async function describe({ requestId, request }: PromotionState, ports: Ports): Promise<void> {
  const about = { requestId, pair: request.pair };
  try {
    await ports.announcer.publish(
      JSON.stringify(composeProgress(about, "accepted", request.reason, ports.clock.now())),
      NEWS_TIMEOUT_MS,
    );
  } catch (fault) {
    ports.log.warn("a progress event was lost", { ...about, fault });
  }
}
