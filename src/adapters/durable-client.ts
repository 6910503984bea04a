import { EntityId, OrchestrationRuntimeStatus, type DurableClient } from "durable-functions";
import { indexKey, type IndexPage } from "../domain/index-page";
import type { PairState } from "../domain/pair";
import type { PromotionState } from "../domain/promotion";
import type { Log } from "../ports/log";
import type { Pairs, Promotions, RunStatus } from "../ports/promotions";

/** The SDK pastes ids into URLs unescaped: nothing else ever reaches it. */
const safeId = /^[A-Za-z0-9-]{1,150}$/;

function checked(id: string): string {
  if (!safeId.test(id)) throw new Error("an id with unsafe characters reached the durable client");
  return id;
}

/** The ledger and its runs, through a durable client. */
export function createPromotions(client: DurableClient, log: Log): Promotions {
  const ledger = (requestId: string) => new EntityId("promotion", checked(requestId));
  const instanceId = (requestId: string) => `promotion-${checked(requestId)}`;
  return {
    read: (requestId) => readState<PromotionState>(client, ledger(requestId)),
    register: (registration) => client.signalEntity(ledger(registration.requestId), "register", registration),
    change: (requestId, change) => client.signalEntity(ledger(requestId), "change", change),
    readIndex: (pair, page) =>
      readState<IndexPage>(client, new EntityId("index", checked(indexKey(pair, page)))),
    runStatus: (requestId) => statusOf(client, instanceId(requestId)),
    async startRun(requestId) {
      try {
        await client.startNew("promote", { instanceId: instanceId(requestId), input: { requestId } });
      } catch (fault) {
        if (!/409|already exists/i.test(String(fault)))
          throw new Error("the run could not be started", { cause: fault });
      }
    },
    async wake(id) {
      try {
        await client.raiseEvent(checked(id), "wake", {});
      } catch (fault) {
        log.info("a wake-up was lost; a timer will do", { detail: String(fault) });
      }
    },
  };
}

/** The arbiters, through a durable client. */
export function createPairs(client: DurableClient): Pairs {
  const arbiter = (pair: string) => new EntityId("pair", checked(pair));
  return {
    read: (pair) => readState<PairState>(client, arbiter(pair)),
    signal: (pair, operation) => client.signalEntity(arbiter(pair), "apply", operation),
  };
}

async function readState<T extends { readonly v: 1 }>(
  client: DurableClient,
  id: EntityId,
): Promise<T | undefined> {
  const { entityExists, entityState } = await client.readEntityState<T>(id);
  if (!entityExists || entityState === undefined) return undefined;
  const version: number = entityState.v;
  if (version !== 1)
    throw new Error(`the state of ${id.toString()} was written by a newer version of this app`);
  return entityState;
}

const finished: Partial<Record<OrchestrationRuntimeStatus, RunStatus>> = {
  [OrchestrationRuntimeStatus.Completed]: "completed",
  [OrchestrationRuntimeStatus.Failed]: "failed",
  [OrchestrationRuntimeStatus.Terminated]: "terminated",
  [OrchestrationRuntimeStatus.Canceled]: "terminated",
};

async function statusOf(client: DurableClient, instanceId: string): Promise<RunStatus> {
  try {
    const { runtimeStatus } = await client.getStatus(instanceId, { showInput: false });
    return finished[runtimeStatus] ?? "live";
  } catch (fault) {
    if (/404|not found/i.test(String(fault))) return "absent";
    throw new Error("the state of a run could not be read", { cause: fault });
  }
}
