import type { PairKey } from "../domain/kernel/pair-key";
import { answerTo } from "../domain/pair/answers";
import type { PairAnswer, PairOperation, PairState } from "../domain/pair/pair";
import type { Ports } from "../ports/ports";
import { inParallel } from "./in-parallel";

/**
 * Storage faults, lag and the takeover of a dead host (22 to 41 s) are waited out within the message lock, so that
 * they cost no delivery.
 */
const BUDGET_MS = 45_000;

/** A sent change was not seen in storage in time; the message comes again. */
export class NotAcknowledged extends Error {}

/** A required read failed: nothing was sent. */
export class NothingSent extends NotAcknowledged {}

/** Repeats a step while it throws, until it returns a value. */
export async function untilSeen<T>(
  what: string,
  step: () => Promise<T | undefined>,
  { clock }: Pick<Ports, "clock">,
  budgetMs = BUDGET_MS,
): Promise<T> {
  const started = clock.monotonic();
  let fault: unknown;
  for (let wait = 50; ; wait = Math.min(wait * 1.6, 1_000)) {
    try {
      const seen = await step();
      if (seen !== undefined) return seen;
    } catch (thrown) {
      fault = thrown;
    }
    if (clock.monotonic() - started > budgetMs) {
      throw new NotAcknowledged(`${what} was not seen to be stored in time`, { cause: fault });
    }
    await clock.sleep(wait);
  }
}

/** Sends once, retrying only failures to send, and reads back until the change is seen. */
export async function sendUntilSeen<T>(
  what: string,
  send: () => Promise<void>,
  see: () => Promise<T | undefined>,
  ports: Pick<Ports, "clock">,
): Promise<T> {
  let sent = false;
  return untilSeen(
    what,
    async () => {
      if (!sent) await send();
      sent = true;
      return see();
    },
    ports,
  );
}

/** Publishes an event, again until the broker accepts it. */
export async function publishUntilAccepted(
  what: string,
  event: string,
  { announcer, clock }: Pick<Ports, "announcer" | "clock">,
): Promise<void> {
  const publish = async () => {
    await announcer.publish(event);
    return true;
  };
  await untilSeen(what, publish, { clock });
}

/** The answer of a pair coordinator, and its state at that read. */
export interface AskedPair {
  readonly answer: PairAnswer;
  readonly state: PairState;
}

/** An operation for a pair coordinator; the answer is kept under its id. */
export interface Question {
  readonly id: string;
  readonly operation: PairOperation;
}

/** Signals an operation to a pair coordinator and reads its answer back. */
export async function askPair(
  what: string,
  pair: PairKey,
  question: Question,
  ports: Pick<Ports, "clock" | "pairs">,
  budgetMs = BUDGET_MS,
): Promise<AskedPair> {
  const asked = (await askPairs(what, new Map([[pair, question]]), ports, budgetMs)).get(pair);
  if (!asked || asked instanceof NotAcknowledged) throw asked ?? new NotAcknowledged(`${pair} was not asked`);
  return asked;
}

/** Bounds the load on storage. */
const AT_ONCE = 32;

/**
 * Asks many pair coordinators at once. Everything is sent before anything is read, with one back-off for all, so
 * the call takes as long as its slowest pair. A pair that does not answer does not hide the others.
 */
export async function askPairs(
  what: string,
  questions: ReadonlyMap<PairKey, Question>,
  { clock, pairs }: Pick<Ports, "clock" | "pairs">,
  budgetMs = BUDGET_MS,
): Promise<ReadonlyMap<PairKey, AskedPair | NotAcknowledged>> {
  const started = clock.monotonic();
  const isOver = () => clock.monotonic() - started > budgetMs;
  const answers = new Map<PairKey, AskedPair>();
  const faults = new Map<PairKey, unknown>();
  const unsent = new Map(questions);
  const trying = (step: (pair: PairKey, question: Question) => Promise<void>) => {
    return async ([pair, question]: readonly [PairKey, Question]) => {
      await step(pair, question).catch((fault: unknown) => faults.set(pair, fault));
    };
  };
  const send = trying(async (pair, question) => {
    await pairs.signal(pair, question.operation);
    unsent.delete(pair);
  });
  const see = trying(async (pair, { id }) => {
    // Every question is sent, whatever the time; only slow reads are cut short.
    if (isOver()) return;
    const state = await pairs.read(pair);
    const answer = state && answerTo(state, id);
    if (state && answer) answers.set(pair, { answer, state });
  });
  const round = async () => {
    await inParallel([...unsent], AT_ONCE, send);
    const open = [...questions].filter(([pair]) => !answers.has(pair) && !unsent.has(pair));
    await inParallel(open, AT_ONCE, see);
    return answers.size === questions.size || isOver() || undefined;
  };
  await untilSeen(what, round, { clock }, budgetMs);
  const unseen = (pair: PairKey) =>
    new NotAcknowledged(`${what} was not seen to be stored in time`, { cause: faults.get(pair) });
  return new Map([...questions.keys()].map((pair) => [pair, answers.get(pair) ?? unseen(pair)]));
}
