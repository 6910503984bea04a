import type { InvocationContext, TimerHandler } from "@azure/functions";
import { alertOf, fieldsOf } from "../domain/alerts";
import { chainHead, emptyChain } from "../domain/audit-chain";
import type { Ending } from "../domain/completion-event";
import { decideChore, type Chore } from "../domain/janitor";
import { needsHold } from "../domain/outcome";
import type { PairState } from "../domain/pair";
import { standsWith } from "../domain/pair-answers";
import { haltOf } from "../domain/hold";
import type { PairKey } from "../domain/pair-key";
import type { PairPolicy } from "../domain/policy";
import type { PromotionState } from "../domain/promotion";
import { applyToRoster, isRemoved, removedPairs } from "../domain/roster";
import type { Ports } from "../ports/ports";
import { askPair, untilSeen } from "./read-back";

type PortsFor = (context: InvocationContext) => Ports;

const UNPUBLISHED_MS = 5 * 60_000;
/** A broker that is down must not keep the janitor from the other promotions for long. */
const PUBLISH_TIMEOUT_MS = 5_000;
const LEAVING_MS = 5_000;

/**
 * Walks the enlisted promotions of every pair, those included that are not in the file any more; a pair or promotion that
 * fails does not stop the others.
 */
export function createJanitor(portsFor: PortsFor): TimerHandler {
  return async (_timer, context) => {
    const ports = portsFor(context);
    for (const policy of ports.policies.all()) await safely(policy.name, ports, () => walk(policy, ports));
    await safely("all", ports, () => walkRemoved(ports));
  };
}

async function safely(pair: string, { log }: Ports, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (fault) {
    log.warn("a pair could not be looked after", { pair, fault });
  }
}

/** Pairs that were taken out of the file, or re-paired: what they have under way is seen to its end. */
async function walkRemoved(ports: Ports): Promise<void> {
  const inFile = ports.policies.all().map(({ key }) => key);
  const roster = await ports.pairs.readRoster();
  const idle: PairKey[] = [];
  const removed = removedPairs(roster, inFile).filter((key) => isRemoved(roster, key, ports.clock.now()));
  for (const key of removed)
    await safely(key, ports, async () => {
      if ((await walk({ key }, ports)) === 0) idle.push(key);
    });
  const change = { inFile, idle, at: ports.clock.now() };
  if (applyToRoster(roster, change) !== roster) await ports.pairs.noteRoster(change);
}

/** How many promotions are enlisted. */
async function walk(walked: Walked, ports: Ports): Promise<number> {
  const pair = await ports.pairs.read(walked.key);
  if (!pair) return 0;
  for (const { requestId, at } of pair.enlisted) {
    try {
      await lookAfter({ walked, pair, requestId, enlistedAt: at }, ports);
    } catch (fault) {
      const fields = { requestId, pair: walked.name ?? walked.key, fault };
      ports.log.warn("a promotion could not be looked after", fields);
    }
  }
  return pair.enlisted.length;
}

/** A pair of the file, or the key of one that was taken out of it. */
type Walked = PairPolicy | { readonly key: PairKey; readonly name?: undefined };

interface Enlisted {
  readonly walked: Walked;
  readonly pair: PairState;
  readonly requestId: string;
  readonly enlistedAt: number;
}

async function lookAfter(enlisted: Enlisted, ports: Ports): Promise<void> {
  const { requestId, walked } = enlisted;
  const promotion = await ports.promotions.read(requestId);
  const run = await ports.promotions.runStatus(requestId);
  const policy = walked.name === undefined ? undefined : walked;
  const chore = decideChore({ ...enlisted, policy, promotion, run, now: ports.clock.now() });
  if (chore.kind !== "leave")
    ports.log.info("the janitor steps in", {
      requestId,
      pair: labelOf(enlisted, promotion),
      detail: chore.kind,
    });
  await carryOut(chore, enlisted, promotion, ports);
}

/** The name that people know: that of its request, whatever the pair is called now. */
function labelOf({ walked }: Enlisted, promotion: PromotionState | undefined): string {
  return promotion?.request.pair ?? walked.name ?? walked.key;
}

async function carryOut(
  chore: Chore,
  enlisted: Enlisted,
  promotion: PromotionState | undefined,
  ports: Ports,
): Promise<void> {
  const { requestId, walked } = enlisted;
  const { key } = walked;
  switch (chore.kind) {
    case "leave":
      return;
    case "start-run":
      ports.log.alert("run-lost", "a promotion's run is gone; it is started again and resumes", {
        requestId,
        pair: labelOf(enlisted, promotion),
      });
      await ports.promotions.startRun(requestId);
      return;
    case "delist":
      await ports.pairs.signal(key, { kind: "delist", requestId });
      return;
    case "conclude":
      if (promotion && (await bar(requestId, chore.ending, key, ports)))
        await finish(await conclude(promotion, chore, key, ports), key, ports);
      return;
    case "finish":
      if (promotion) await finish(promotion, key, ports);
  }
}

/**
 * Before an outcome is stored from outside the run, the arbiter is told: a run that lives in spite of what was seen of
 * it must not claim any more. False when it has claimed meanwhile.
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
  const operation = { kind: "cancel", id, requestId, by: "the janitor", note, at } as const;
  const { answer } = await askPair("that nothing is claimed any more", pair, { id, operation }, ports);
  return answer === "granted";
}

async function conclude(
  promotion: PromotionState,
  { ending }: Extract<Chore, { kind: "conclude" }>,
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
  );
}

/** The steps after an outcome, in the runbook's order; the runbook may do the same beside us. */
async function finish(promotion: PromotionState, pair: PairKey, ports: Ports): Promise<void> {
  const { requestId, conclusion } = promotion;
  if (!conclusion) return;
  const { outcome, reason, at, event } = conclusion;
  if (needsHold(outcome)) {
    await ports.pairs.signal(pair, { kind: "hold", hold: haltOf(requestId, at, reason) });
  }
  const concluded = promotion.audit && { at, outcome, ends: chainHead(promotion.audit) };
  await ports.pairs.signal(pair, { kind: "leave", requestId, concluded });
  // Whoever is announced has left, in the pair's chain too: nobody needs to leave for it again.
  const isGone = async () => !standsWith(await ports.pairs.read(pair), requestId) || undefined;
  await untilSeen("that it has left", isGone, ports, LEAVING_MS);
  if (promotion.announcedAt === undefined) {
    try {
      await ports.announcer.publish(event, PUBLISH_TIMEOUT_MS);
    } catch (fault) {
      if (ports.clock.now() - at > UNPUBLISHED_MS) {
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
  await ports.pairs.signal(pair, { kind: "delist", requestId });
}
