import type { JournalLine } from "./api";
import type { ReceivedEvent } from "./bus";

export interface Sent {
  readonly requestId: string;
  readonly pair: string;
  readonly promote: "blue" | "green";
}

export interface Verdict {
  readonly effectiveSwaps: number;
  readonly completionEventIds: number;
  readonly violations: readonly string[];
}

/** Judges a run from the journal of effects, the completion events and who answers at production in the end. */
export function judge(
  sent: readonly Sent[],
  events: readonly ReceivedEvent[],
  journal: readonly JournalLine[],
  productions: readonly { readonly pair: string; readonly production: string }[],
): Verdict {
  const completions = events.filter((event) => event.type === "cloud-service-swap.promotion.completed");
  const violations = [
    ...sent.flatMap((request) => judgeRequest(request, completions)),
    ...productions.flatMap(({ pair, production }) => judgePair(pair, production, sent, completions, journal)),
    ...journal
      .filter((line) => line.method === "PUT" && line.status === 429)
      .map((line) => `I8: a PUT met another operation under way: ${line.url}`),
  ];
  return {
    effectiveSwaps: journal.filter((line) => line.effect === "swapped").length,
    completionEventIds: new Set(completions.map((event) => event.id)).size,
    violations,
  };
}

function judgeRequest({ requestId }: Sent, completions: readonly ReceivedEvent[]): readonly string[] {
  const own = completions.filter((event) => event.data.requestId === requestId);
  const ids = new Set(own.map((event) => event.id));
  const told = new Set(own.map((event) => JSON.stringify(event)));
  return [
    ...(ids.size > 1 ? [`I4: ${requestId} has ${ids.size} completion event ids`] : []),
    ...(told.size > 1 ? [`I9: the completion event of ${requestId} changed`] : []),
  ];
}

/** Effects of one pair: as many as promotions that say so, and production is where the last of them put it. */
function judgePair(
  pair: string,
  production: string,
  sent: readonly Sent[],
  completions: readonly ReceivedEvent[],
  journal: readonly JournalLine[],
): readonly string[] {
  const outcomes = sent
    .filter((request) => request.pair === pair)
    .map((request) => ({ request, event: completions.find((e) => e.data.requestId === request.requestId) }));
  const promoted = outcomes.filter(({ event }) => event?.data.outcome === "promoted");
  const halted = outcomes.filter(({ event }) => event?.data.outcome === "halted").length;
  const effects = journal.filter(
    (line) => line.effect === "swapped" && line.url.toLowerCase().includes(`/${pair}-`),
  ).length;
  const last = promoted.sort((a, b) => concludedAt(a.event) - concludedAt(b.event)).at(-1);
  const expected = last?.request.promote ?? "blue";
  return [
    ...(effects < promoted.length
      ? [`I6: ${pair} has ${promoted.length} promotions and only ${effects} effects`]
      : []),
    ...(effects > promoted.length + halted
      ? [`I1: ${pair} was swapped ${effects} times by ${promoted.length} promotions`]
      : []),
    ...(halted > 0 ? [`${pair}: ${halted} promotions halted in a world without faults`] : []),
    ...(production === expected
      ? []
      : [`I1: ${pair}: ${production} answers at production, ${expected} was promoted last`]),
  ];
}

function concludedAt(event: ReceivedEvent | undefined): number {
  const phases = (event?.data["phases"] as { at: string }[] | undefined) ?? [];
  return Date.parse(phases.at(-1)?.at ?? "");
}
