import type { PairAnswer, PairOperation, PairState } from "../domain/pair";
import type { PairKey } from "../domain/pair-key";
import { answerTo } from "../domain/pair-answers";
import type { Ports } from "../ports/ports";

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

/** What an arbiter answered, and its state as it was read then. */
export interface AskedPair {
  readonly answer: PairAnswer;
  readonly state: PairState;
}

/** Asks the arbiter of a pair by signal, until it could be sent, and reads back what it answered under the id of the question. */
export async function askPair(
  what: string,
  pair: PairKey,
  { id, operation }: { readonly id: string; readonly operation: PairOperation },
  ports: Pick<Ports, "clock" | "pairs">,
): Promise<AskedPair> {
  return sendUntilSeen(
    what,
    () => ports.pairs.signal(pair, operation),
    async () => {
      const state = await ports.pairs.read(pair);
      const answer = state && answerTo(state, id);
      return state && answer && { answer, state };
    },
    ports,
  );
}
