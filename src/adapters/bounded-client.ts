import type { DurableClient } from "durable-functions";
import { withinSignal } from "./within-signal";

/** The calls of a durable client that the app uses. */
export type BoundedClient = Pick<
  DurableClient,
  "getStatus" | "startNew" | "raiseEvent" | "readEntityState" | "signalEntity" | "purgeInstanceHistory"
>;

/** The extension normally answers, or reports a storage fault, within two seconds. */
const TIMEOUT_MS = 20_000;

/**
 * A durable client whose calls time out: the SDK has neither timeout nor abort signal for its calls to the extension
 * (durable-functions 3.5.0, DurableClient.js). A call that timed out may still take effect later.
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

async function inTime<T>(call: Promise<T>): Promise<T> {
  const timeout = new AbortController();
  const timer = setTimeout(() => {
    timeout.abort();
  }, TIMEOUT_MS).unref();
  try {
    return await withinSignal(timeout.signal, call);
  } catch (cause) {
    if (!timeout.signal.aborted) throw cause;
    throw new Error(`the durable extension did not answer within ${TIMEOUT_MS / 1_000} s`, { cause });
  } finally {
    clearTimeout(timer);
  }
}
