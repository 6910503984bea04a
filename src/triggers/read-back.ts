import type { PairKey } from "../domain/kernel/pair-key";
import { answerTo } from "../domain/pair/answers";
import type { PairAnswer, PairOperation, PairState } from "../domain/pair/pair";
import type { Ports } from "../ports/ports";
import { inParallel } from "./in-parallel";

/**
 * Storage trouble, lag and the takeover of a host that died (22 to 41 s) are waited out inside the message lock, not by
 * burning deliveries.
 */
const BUDGET_MS = 45_000;

/** What was sent was not seen to be stored in time; the message comes again. */
export class NotAcknowledged extends Error {}

/** What has to be known first could not be read: nothing was sent. */
export class NothingSent extends NotAcknowledged {}

/** Repeats a step while it throws, and reads back until what it returns is there. */
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

/** Sends until it could be sent, once, and reads back until what is awaited is there. */
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

/** What a pair coordinator answered, and its state as it was read then. */
export interface AskedPair {
  readonly answer: PairAnswer;
  readonly state: PairState;
}

/** What is asked of a pair coordinator: the answer is kept under the id. */
export interface Question {
  readonly id: string;
  readonly operation: PairOperation;
}

/** Asks the pair coordinator of a pair by signal, until it could be sent, and reads back what it answered under the id of the question. */
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

/** Storage has other things to do than to be asked by one call. */
const AT_ONCE = 32;

/**
 * Asks the pair coordinators of many pairs at once. All that could be sent is sent before anything is read, and one back-off is
 * kept for all: what the slowest pair takes is what the call takes. A pair that does not answer hides none of the others.
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
    // Whatever the time, everybody is sent their question. Reads that are silent must not add up to that.
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
