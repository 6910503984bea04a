import type { DurableClient } from "durable-functions";
import { withinSignal } from "./within-signal";

/** What the app asks of a durable client. */
export type BoundedClient = Pick<
  DurableClient,
  "getStatus" | "startNew" | "raiseEvent" | "readEntityState" | "signalEntity" | "purgeInstanceHistory"
>;

/** The extension answers within a second or two, or says that storage is in trouble. */
const PATIENCE_MS = 20_000;

/**
 * A durable client whose calls end: the SDK gives its calls to the extension no timeout and takes no signal
 * (durable-functions 3.5.0, DurableClient.js), so one that is never answered would hold its invocation for ever. A call
 * that was given up may still take effect, like any that comes late. Throws a fault with its cause.
 */
export function boundedClient(client: () => DurableClient): () => BoundedClient {
  return () => {
    const made = client();
    return {
      getStatus: (id, options) => inTime(made.getStatus(id, options)),
      startNew: (name, options) => inTime(made.startNew(name, options)),
      raiseEvent: (id, name, data) => inTime(made.raiseEvent(id, name, data)),
      readEntityState: <T>(id: Parameters<DurableClient["readEntityState"]>[0]) =>
        inTime(made.readEntityState<T>(id)),
      signalEntity: (id, operation, input) => inTime(made.signalEntity(id, operation, input)),
      purgeInstanceHistory: (id) => inTime(made.purgeInstanceHistory(id)),
    };
  };
}

/** Rejects when there was no answer in time; until then it is as the call is. */
async function inTime<T>(call: Promise<T>): Promise<T> {
  const patience = new AbortController();
  // Nobody is kept alive by it.
  const timer = setTimeout(() => {
    patience.abort();
  }, PATIENCE_MS).unref();
  try {
    return await withinSignal(patience.signal, call);
  } catch (cause) {
    if (!patience.signal.aborted) throw cause;
    throw new Error(`the durable extension gave no answer within ${PATIENCE_MS / 1_000} s`, { cause });
  } finally {
    clearTimeout(timer);
  }
}
