import type { JournalLine } from "./api";
import type { ReceivedEvent } from "./bus";
import { COMPLETED, type Sent } from "./chaos-requests";
import type { EffectLine } from "./chaos-world";

/** The evidence at the end: the broker's events, Resource Manager's journals, and the traffic. */
export interface Evidence {
  readonly sent: readonly Sent[];
  /** A subscription drained at the end. */
  readonly events: readonly ReceivedEvent[];
  /** Events that another subscription delivered during the run. */
  readonly seen: readonly ReceivedEvent[];
  readonly entries: readonly JournalLine[];
  readonly effects: readonly EffectLine[];
  readonly productions: readonly { readonly pair: string; readonly production: "blue" | "green" }[];
}

/** A request with its result. */
interface Account {
  readonly request: Sent;
  /** Undefined without a completion event. */
  readonly outcome: string | undefined;
  readonly completionEventIds: number;
  /** Effective swaps towards the requested side while its group was under way. */
  readonly swaps: number;
}

export interface Verdict {
  readonly accounts: readonly Account[];
  readonly effectiveSwaps: number;
  readonly completionEventIds: number;
  readonly lost: number;
  readonly violations: readonly string[];
}

/** Judges a run by the journal of effects, the completion events and the final production. */
export function judge(evidence: Evidence): Verdict {
  const { sent, events, entries, effects } = evidence;
  const completions = events.filter(({ type }) => type === COMPLETED);
  const accounts = sent.map((request) => accountOf(request, sent, completions, effects));
  const kept = new Set(events.map(({ id }) => id));
  const violations = [
    ...accounts.flatMap((account) => judgeAccount(account, accounts)),
    ...changedEvents(completions),
    ...ownerless(accounts, effects),
    ...evidence.productions.flatMap((pair) => judgeProduction(pair, effects)),
    ...new Set(
      evidence.seen.filter(({ id }) => !kept.has(id)).map(({ id }) => `the broker has lost the event ${id}`),
    ),
    ...entries
      .filter((line) => line.method === "PUT" && line.status === 429)
      .map((line) => `I8: a PUT met another operation under way: ${line.url}`),
  ];
  return {
    accounts,
    effectiveSwaps: effects.length,
    completionEventIds: new Set(completions.map(({ id }) => id)).size,
    lost: accounts.filter(({ outcome }) => outcome === undefined).length,
    violations,
  };
}

function accountOf(
  request: Sent,
  sent: readonly Sent[],
  completions: readonly ReceivedEvent[],
  effects: readonly EffectLine[],
): Account {
  const own = completions.filter(({ data }) => data.requestId === request.requestId);
  return {
    request,
    outcome: own[0]?.data.outcome,
    completionEventIds: new Set(own.map(({ id }) => id)).size,
    swaps: effects.filter((effect) => belongsTo(effect, request, sent)).length,
  };
}

/**
 * An effect belongs to the request of the pair's newest group at that time for the side that it put into production.
 */
function belongsTo(effect: EffectLine, request: Sent, sent: readonly Sent[]): boolean {
  return (
    effect.production === `${request.pair}-${request.promote}` && groupOf(effect, sent).includes(request)
  );
}

function groupOf({ at, production }: EffectLine, sent: readonly Sent[]): readonly Sent[] {
  const before = sent.filter(
    ({ pair, group }) => production.startsWith(`${pair}-`) && group <= Date.parse(at),
  );
  return before.filter(({ group }) => group === before.at(-1)?.group);
}

/** Outcomes that say nothing about swaps; every other one except `promoted` says that nothing was swapped. */
const openOutcomes = ["halted", "rolled-back"];

function judgeAccount(account: Account, accounts: readonly Account[]): string[] {
  const { request, outcome, swaps, completionEventIds } = account;
  const name = `${request.requestId} (${request.promote} of ${request.pair})`;
  if (outcome === undefined) return [`I7: ${name} has no outcome`];
  const undone = accounts.filter(
    (other) =>
      other.request.group === request.group && other.request.pair === request.pair && other !== account,
  );
  const rollbacks = undone.filter((other) => other.outcome === "rolled-back").length;
  const none = outcome !== "promoted" && !openOutcomes.includes(outcome);
  return [
    ...(completionEventIds > 1 ? [`I4: ${name} has ${completionEventIds} completion event ids`] : []),
    ...(swaps > 1 + rollbacks ? [`I1: ${name} was swapped ${swaps} times`] : []),
    ...(outcome === "promoted" && swaps === 0 ? [`I6: ${name} was promoted, and nothing was swapped`] : []),
    ...(none && swaps > rollbacks ? [`I6: ${name} was swapped, and its outcome says ${outcome}`] : []),
  ];
}

function changedEvents(completions: readonly ReceivedEvent[]): string[] {
  const described = new Map<unknown, Set<string>>();
  for (const event of completions) {
    const own = described.get(event.data.requestId) ?? new Set();
    described.set(event.data.requestId, own.add(JSON.stringify(event)));
  }
  return [...described].flatMap(([id, texts]) =>
    texts.size > 1 ? [`I9: the completion event of ${String(id)} changed`] : [],
  );
}

/** Effects without a request. Only the rollback of a rollback is allowed. */
function ownerless(accounts: readonly Account[], effects: readonly EffectLine[]): string[] {
  const sent = accounts.map(({ request }) => request);
  return effects
    .filter((effect) => {
      const group = groupOf(effect, sent);
      const own = accounts.filter(({ request }) => group.includes(request));
      return !own.some(
        ({ request, outcome }) => belongsTo(effect, request, sent) || outcome === "rolled-back",
      );
    })
    .map(({ at, production }) => `I1: ${production} went into production at ${at}, and no request names it`);
}

function judgeProduction(
  { pair, production }: Evidence["productions"][number],
  effects: readonly EffectLine[],
): string[] {
  const last = effects.filter((effect) => effect.production.startsWith(`${pair}-`)).at(-1);
  const expected = last?.production ?? `${pair}-blue`;
  return expected === `${pair}-${production}`
    ? []
    : [`${pair}: ${production} answers at production, the last effect put ${expected} there`];
}
