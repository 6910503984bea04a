import { type DurableClient, EntityId, OrchestrationRuntimeStatus } from "durable-functions";
import { auditKey, type AuditPage } from "../domain/audit/chain";
import type { RunStatus } from "../domain/promotion/recovery";
import type { PairKey } from "../domain/kernel/pair-key";
import { isNewer } from "../domain/kernel/state-version";
import { indexKey, type IndexPage } from "../domain/pair/index-page";
import type { PairState } from "../domain/pair/pair";
import type { Roster } from "../domain/pair/roster";
import type { ScheduleState } from "../domain/policy/schedule";
import type { PromotionState } from "../domain/promotion/state";
import { runInstance, waitInstance } from "../domain/promotion/waiting";
import type { OperationState } from "../domain/swap/operation";
import type { Log } from "../ports/log";
import type { Operations, Pairs, Promotions } from "../ports/promotions";
import type { Schedule, Schedules } from "../ports/schedules";
import { boundedClient, type BoundedClient } from "./bounded-client";

/** The SDK does not escape ids in URLs, so only safe ids may reach it. */
const safeId = /^[A-Za-z0-9-]{1,150}$/;

function checked(id: string): string {
  if (!safeId.test(id)) throw new Error("an id with unsafe characters reached the durable client");
  return id;
}

/** Promotion records and their runs, through a durable client that is created on first use. */
export function createPromotions(unbounded: () => DurableClient, log: Log): Promotions {
  const client = boundedClient(unbounded);
  const record = (requestId: string) => new EntityId("promotion", checked(requestId));
  const instanceId = (requestId: string) => runInstance(checked(requestId));
  const index = (pair: PairKey, page: number) => new EntityId("index", checked(indexKey(pair, page)));
  return {
    read: (requestId) => readState<PromotionState>(client(), record(requestId)),
    change: (requestId, change) => client().signalEntity(record(requestId), "change", change),
    readIndex: (pair, page) => readState<IndexPage>(client(), index(pair, page)),
    changeIndex: (pair, page, change) => client().signalEntity(index(pair, page), "change", change),
    readAudit: (chain, page) =>
      readState<AuditPage>(client(), new EntityId("audit", checked(auditKey(chain, page)))),
    runStatus: (requestId) => statusOf(client(), instanceId(requestId)),
    async startRun(requestId, registration) {
      try {
        const input = { requestId, registration };
        await client().startNew("promote", { instanceId: instanceId(requestId), input });
      } catch (fault) {
        if (!isAlreadyLive(fault)) throw new Error("the run could not be started", { cause: fault });
      }
    },
    purgeRuns: (requestId, runs) => purgeRuns(client(), checked(requestId), runs),
    async wake(id) {
      try {
        await client().raiseEvent(checked(id), "wake", {});
      } catch (fault) {
        log.warn("a wake-up was lost; a timer replaces it", { fault });
      }
    },
  };
}

/** The pair coordinators, through a durable client. */
export function createPairs(unbounded: () => DurableClient): Pairs {
  const client = boundedClient(unbounded);
  const roster = new EntityId("roster", "pairs");
  const coordinator = (pair: PairKey) => new EntityId("pair", checked(pair));
  return {
    read: (pair) => readState<PairState>(client(), coordinator(pair)),
    signal: (pair, operation) => client().signalEntity(coordinator(pair), "apply", operation),
    readRoster: () => readState<Roster>(client(), roster),
    noteRoster: (change) => client().signalEntity(roster, "note", change),
  };
}

/** The operations of attempts, through a durable client. */
export function createOperations(unbounded: () => DurableClient): Operations {
  const client = boundedClient(unbounded);
  const record = (nonce: string) => new EntityId("operation", checked(nonce));
  return {
    read: (nonce) => readState<OperationState>(client(), record(nonce)),
    signal: (nonce, change) => client().signalEntity(record(nonce), "apply", change),
  };
}

/** The schedules of this installation, through a durable client. */
export function createSchedules(unbounded: () => DurableClient, all: readonly Schedule[]): Schedules {
  const client = boundedClient(unbounded);
  const memory = (pair: PairKey) => new EntityId("schedule", checked(pair));
  return {
    all: () => all,
    read: (pair) => readState<ScheduleState>(client(), memory(pair)),
    signal: (pair, operation) => client().signalEntity(memory(pair), "apply", operation),
  };
}

async function readState<T extends { readonly v: 1 }>(
  client: BoundedClient,
  id: EntityId,
): Promise<T | undefined> {
  const { entityExists, entityState } = await client.readEntityState<T>(id);
  // The SDK's types exclude null, but the host returns it for state that was never set.
  const state = entityState as T | null | undefined;
  if (!entityExists || state === undefined || state === null) return undefined;
  if (isNewer(state))
    throw new Error(`the state of ${id.toString()} was written by a newer version of this app`);
  return state;
}

/** Deletes the last wait first, so that a later call finds the rest by counting up. */
async function purgeRuns(client: BoundedClient, requestId: string, runs: number): Promise<boolean> {
  const ids = [runInstance(requestId)];
  const statuses = [await statusOf(client, runInstance(requestId))];
  for (let run = 1; run <= runs; run++) {
    for (let wait = 0; statuses.at(-1) !== "live"; wait++) {
      const id = waitInstance(requestId, run, wait);
      const status = await statusOf(client, id);
      if (status === "absent") break;
      ids.push(id);
      statuses.push(status);
    }
  }
  if (statuses.includes("live")) return false;
  for (const id of ids.reverse()) await client.purgeInstanceHistory(id);
  return true;
}

const finished: Partial<Record<OrchestrationRuntimeStatus, RunStatus>> = {
  [OrchestrationRuntimeStatus.Completed]: "completed",
  [OrchestrationRuntimeStatus.Failed]: "failed",
  [OrchestrationRuntimeStatus.Terminated]: "terminated",
  [OrchestrationRuntimeStatus.Canceled]: "terminated",
};

async function statusOf(client: BoundedClient, instanceId: string): Promise<RunStatus> {
  try {
    const { runtimeStatus } = await client.getStatus(instanceId, { showInput: false });
    return finished[runtimeStatus] ?? "live";
  } catch (fault) {
    if (isNotFound(fault)) return "absent";
    throw new Error("the state of a run could not be read", { cause: fault });
  }
}

/**
 * The SDK throws errors without a code, so their texts are matched (durable-functions 3.5.0, DurableClient.js). Looser
 * patterns would match "404" and "409" in ports, ids and storage errors.
 */
function isNotFound(fault: unknown): boolean {
  return /^DurableClient error: Durable Functions extension replied with HTTP 404 response\./.test(
    messageOf(fault),
  );
}

function isAlreadyLive(fault: unknown): boolean {
  return /An Orchestration instance with the status \w+ already exists/i.test(messageOf(fault));
}

function messageOf(fault: unknown): string {
  return fault instanceof Error ? fault.message : "";
}
