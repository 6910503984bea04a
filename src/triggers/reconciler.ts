import type { TimerHandler } from "@azure/functions";
import { chainHead, emptyChain } from "../domain/audit/chain";
import { needsHold } from "../domain/kernel/outcome";
import type { PairKey } from "../domain/kernel/pair-key";
import { standsWith } from "../domain/pair/answers";
import { haltOf } from "../domain/pair/operator-actions";
import type { PairState } from "../domain/pair/pair";
import { applyToRoster, isRemoved, removedPairs, type Roster } from "../domain/pair/roster";
import type { PairPolicy } from "../domain/policy/policy";
import { alertOf, fieldsOf } from "../domain/promotion/events";
import { type ReconcileAction, decideReconcileAction } from "../domain/promotion/recovery";
import type { Ending, PromotionState } from "../domain/promotion/state";
import type { Ports } from "../ports/ports";
import { askPair, untilSeen } from "./read-back";
import { BrokerIsSlow, createWalk, withPatience } from "./walk";
import type { PortsFor } from "./ports-for";

const UNPUBLISHED_MS = 5 * 60_000;
/** A broker that is down must not delay other promotions for long. */
const PUBLISH_TIMEOUT_MS = 5_000;
const LEAVING_MS = 5_000;
/** The next walk tries again after a minute. */
const SEEN_MS = 10_000;

/**
 * Walks the registered promotions of every pair, also of pairs removed from the file. A pair or promotion that
 * fails does not stop the others. What does not fit the budget is logged and comes first next time.
 */
export function createReconciler(portsFor: PortsFor): TimerHandler {
  const walk = createWalk();
  let walks = 0;
  return async (_timer, context) => {
    const bound = portsFor(context);
    const ports = { ...bound, announcer: withPatience(bound.announcer, bound.clock) };
    const roster = await readRoster(ports);
    const pairs = walkedPairs(roster, ports);
    const queue = walks++;
    const idle: PairKey[] = [];
    const visit = async (walked: Walked, isOver: () => boolean) => {
      try {
        const { isDone, isIdle } = await visitPair(walked, { queue, isOver }, ports);
        if (isIdle) idle.push(walked.key);
        return isDone;
      } catch (fault) {
        ports.log.warn("a pair could not be reconciled", { pair: walked.name, fault });
        return true;
      }
    };
    await walk(pairs, visit, ports);
    await noteRoster(roster, idle, ports);
  };
}

/** Undefined when it could not be read: skipped this time. */
type ReadRoster = { readonly roster: Roster | undefined } | undefined;

async function readRoster(ports: Ports): Promise<ReadRoster> {
  try {
    return { roster: await ports.pairs.readRoster() };
  } catch (fault) {
    ports.log.warn("a pair could not be reconciled", { pair: "all", fault });
    return undefined;
  }
}

/** Pairs of the file, and pairs removed or re-paired that still have promotions under way. */
function walkedPairs(read: ReadRoster, { policies, clock }: Ports): readonly Walked[] {
  const inFile = policies.all().map((policy): Walked => ({ key: policy.key, name: policy.name, policy }));
  const keys = inFile.map(({ key }) => key);
  const removed = removedPairs(read?.roster, keys).filter((key) => isRemoved(read?.roster, key, clock.now()));
  return [...inFile, ...removed.map((key): Walked => ({ key, name: key, policy: undefined }))];
}

async function noteRoster(read: ReadRoster, idle: readonly PairKey[], ports: Ports): Promise<void> {
  if (!read) return;
  const change = { inFile: ports.policies.all().map(({ key }) => key), idle, at: ports.clock.now() };
  if (applyToRoster(read.roster, change) === read.roster) return;
  try {
    await ports.pairs.noteRoster(change);
  } catch (fault) {
    ports.log.warn("a pair could not be reconciled", { pair: "all", fault });
  }
}

interface Visit {
  /** Counts the walks: each starts with another promotion of a pair. */
  readonly queue: number;
  readonly isOver: () => boolean;
}

interface Visited {
  /** Every promotion was handled, successfully or not. */
  readonly isDone: boolean;
  /** Nothing is registered. */
  readonly isIdle: boolean;
}

async function visitPair(walked: Walked, { queue, isOver }: Visit, ports: Ports): Promise<Visited> {
  const pair = await ports.pairs.read(walked.key);
  if (!pair || pair.registered.length === 0) return { isDone: true, isIdle: true };
  const from = queue % pair.registered.length;
  let isDone = true;
  for (const { requestId, at } of [...pair.registered.slice(from), ...pair.registered.slice(0, from)]) {
    if (isOver()) return { isDone: false, isIdle: false };
    try {
      await checkAfter({ walked, pair, requestId, registeredAt: at }, ports);
    } catch (fault) {
      if (fault instanceof BrokerIsSlow) isDone = false;
      else ports.log.warn("a promotion could not be reconciled", { requestId, pair: walked.name, fault });
    }
  }
  return { isDone, isIdle: false };
}

/** A pair of the file, or a removed one, which has its key for a name. */
interface Walked {
  readonly key: PairKey;
  readonly name: string;
  readonly policy: PairPolicy | undefined;
}

interface Registered {
  readonly walked: Walked;
  readonly pair: PairState;
  readonly requestId: string;
  readonly registeredAt: number;
}

async function checkAfter(registered: Registered, ports: Ports): Promise<void> {
  const { requestId, walked } = registered;
  const promotion = await ports.promotions.read(requestId);
  const run = await ports.promotions.runStatus(requestId);
  const action = decideReconcileAction({
    ...registered,
    policy: walked.policy,
    promotion,
    run,
    now: ports.clock.now(),
  });
  if (action.kind !== "leave")
    ports.log.info("the reconciler acts on a promotion", {
      requestId,
      pair: labelOf(registered, promotion),
      detail: action.kind,
    });
  await carryOut(action, registered, promotion, ports);
}

/** The pair's name in the request, whatever the pair is called now. */
function labelOf({ walked }: Registered, promotion: PromotionState | undefined): string {
  return promotion?.request.pair ?? walked.name;
}

async function carryOut(
  action: ReconcileAction,
  registered: Registered,
  promotion: PromotionState | undefined,
  ports: Ports,
): Promise<void> {
  const { requestId, walked } = registered;
  const { key } = walked;
  switch (action.kind) {
    case "leave":
      return;
    case "start-run":
      ports.log.alert("run-lost", "a promotion's run is lost and was started again", {
        requestId,
        pair: labelOf(registered, promotion),
      });
      await ports.promotions.startRun(requestId);
      return;
    case "deregister":
      await ports.pairs.signal(key, { kind: "deregister", requestId });
      return;
    case "conclude":
      if (promotion && (await bar(requestId, action.ending, key, ports)))
        await finish(await conclude(promotion, action, key, ports), key, ports);
      return;
    case "finish":
      if (promotion) await finish(promotion, key, ports);
  }
}

/**
 * Bars a run from claiming before an outcome is stored from outside it: the run may still be alive. False when it
 * has claimed meanwhile.
 */
async function bar(
  requestId: string,
  { outcome, reason }: Ending,
  pair: PairKey,
  ports: Ports,
): Promise<boolean> {
  const at = ports.clock.now();
  if (outcome === "halted") {
    await ports.pairs.signal(pair, { kind: "hold", hold: haltOf(requestId, at, reason) });
    return true;
  }
  const id = ports.nonce();
  const note = reason.detail;
  const operation = { kind: "cancel", id, requestId, by: "the reconciler", note, at } as const;
  const what = "that nothing is claimed any more";
  const { answer } = await askPair(what, pair, { id, operation }, ports, SEEN_MS);
  return answer === "granted";
}

async function conclude(
  promotion: PromotionState,
  { ending }: Extract<ReconcileAction, { kind: "conclude" }>,
  pair: PairKey,
  ports: Ports,
): Promise<PromotionState> {
  const { requestId } = promotion;
  const pairAudit = (await ports.pairs.read(pair))?.audit ?? emptyChain;
  await ports.promotions.change(requestId, {
    kind: "conclude",
    ending: { ...ending, pairAudit },
    at: ports.clock.now(),
  });
  return untilSeen(
    "the outcome",
    async () => {
      const read = await ports.promotions.read(requestId);
      return read?.conclusion ? read : undefined;
    },
    ports,
    SEEN_MS,
  );
}

/** The steps after an outcome, in the order of the run. The run may do them at the same time. */
async function finish(promotion: PromotionState, pair: PairKey, ports: Ports): Promise<void> {
  const { requestId, conclusion } = promotion;
  if (!conclusion) return;
  const { outcome, reason, at, event } = conclusion;
  if (needsHold(outcome)) {
    await ports.pairs.signal(pair, { kind: "hold", hold: haltOf(requestId, at, reason) });
  }
  const concluded = promotion.audit && { at, outcome, ends: chainHead(promotion.audit) };
  await ports.pairs.signal(pair, { kind: "leave", requestId, concluded });
  // An announced promotion is deregistered and in the pair's chain: nothing to repeat.
  const isGone = async () => !standsWith(await ports.pairs.read(pair), requestId) || undefined;
  await untilSeen("that it has left", isGone, ports, LEAVING_MS);
  if (promotion.announcedAt === undefined) {
    try {
      await ports.announcer.publish(event, PUBLISH_TIMEOUT_MS);
    } catch (fault) {
      if (!(fault instanceof BrokerIsSlow) && ports.clock.now() - at > UNPUBLISHED_MS) {
        const fields = { requestId, pair: promotion.request.pair, fault };
        ports.log.alert("publish-failing", "a completion event cannot be published", fields);
      }
      throw fault;
    }
    const alert = alertOf(outcome);
    if (alert) ports.log.alert(alert.code, alert.message, fieldsOf(promotion, conclusion));
    else ports.log.info("a promotion ended", fieldsOf(promotion, conclusion));
    await ports.promotions.change(requestId, { kind: "announced", at: ports.clock.now() });
  }
  await ports.pairs.signal(pair, { kind: "deregister", requestId });
}
