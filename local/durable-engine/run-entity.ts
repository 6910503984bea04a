import { findFunction, type FoundFunction } from "./functions";
import { EventType } from "./history";
import type { Effects } from "./changes";
import type { Host } from "./host";
import type { EntityRecord, Message } from "./records";

/** One operation for an entity. */
interface Operation {
  readonly op: string;
  readonly signal?: boolean;
  readonly input?: string;
  readonly id: string;
  readonly parent?: string;
  readonly parentExecution?: string;
}

interface EntityAnswer {
  readonly entityExists: boolean;
  readonly entityState?: string | null;
  readonly results: readonly { readonly isError: boolean; readonly result?: string }[];
  readonly signals: readonly {
    readonly target: { readonly name: string; readonly key: string };
    readonly name: string;
    readonly input?: string;
  }[];
}

const NAMESPACE = "Microsoft.Azure.WebJobs.Extensions.DurableTask";

export function entityId(name: string, key: string): string {
  return `@${name.toLowerCase()}@${key}`;
}

function partsOf(id: string): { name: string; key: string } {
  const at = id.indexOf("@", 1);
  return { name: id.slice(1, at), key: id.slice(at + 1) };
}

/** The text of an operation message, for an EventSent or a client's signal. */
export function operationMessage(op: string, input: string | undefined, id: string): string {
  return JSON.stringify({ op, signal: true, ...(input === undefined ? {} : { input }), id });
}

/** How long an entity remembers the requests of orchestrations (the provider's reordering window). */
const MEMORY_MS = 30 * 60_000;

/**
 * Runs the operations in an entity's inbox as one batch; state, replies and signals become durable together. With
 * stepwise commits a batch may run twice: requests of orchestrations are recognised by id, signals of clients are
 * not, as with the Azure Storage provider.
 */
export async function runEntity(
  host: Host,
  id: string,
  inbox: readonly Message[],
  ended: () => void,
): Promise<void> {
  const { hub, app } = host;
  const { name, key } = partsOf(id);
  const found = findFunction(app, name, "entityTrigger");
  const effects = host.begin();
  const messages = cut(inbox, hub.faults.reorderBatch?.(id, inbox.length));
  effects.inputs.push({ type: "dropMessages", messages });
  const work = { kind: "entity", id, name } as const;
  if (!found) {
    host.log({
      level: "error",
      message: `there is no entity '${name}': ${messages.length} operations are dropped`,
    });
    await host.commit(effects, work);
    return;
  }
  const record = hub.entities.get(id);
  const all = messages.map((message) => JSON.parse(message.event.Input ?? "{}") as Operation);
  const seen = hub.isFaulty ? recent(record?.seen, host.clock.now()) : undefined;
  const operations = seen ? all.filter((operation) => isNew(operation, seen, host.clock.now())) : all;
  if (operations.length === 0) {
    await host.commit(effects, work);
    return;
  }
  const request = {
    self: { name, key },
    exists: record?.exists ?? false,
    state: record?.state ?? null,
    batch: operations.map((o) => ({
      name: o.op,
      input: o.input ?? null,
      isSignal: o.signal === true,
      id: o.id,
    })),
  };
  const answer = await invokeEntity(host, found, request);
  ended();
  const state = answer.entityState ?? null;
  const lastOperationAt = host.clock.now();
  host.putEntity(effects, { id, exists: answer.entityExists, state, lastOperationAt, seen });
  sendAnswers(host, effects, operations, answer);
  await host.commit(effects, work, { entity: id, was: record });
}

async function invokeEntity(host: Host, found: FoundFunction, request: unknown): Promise<EntityAnswer> {
  const { returnValue } = await host.app.invoke(found.name, {
    inputData: [{ name: found.binding, data: { string: host.textOf(request) } }],
  });
  return JSON.parse(returnValue?.json ?? returnValue?.string ?? "{}") as EntityAnswer;
}

/** The messages at these positions, each once; all of them when there are none. */
function cut(messages: readonly Message[], positions: readonly number[] | undefined): readonly Message[] {
  const chosen = [...new Set(positions)].flatMap((position) => messages[position] ?? []);
  return chosen.length > 0 ? chosen : messages;
}

function recent(seen: EntityRecord["seen"], now: number): Record<string, number> {
  return Object.fromEntries(Object.entries(seen ?? {}).filter(([, at]) => now - at < MEMORY_MS));
}

/** Whether an operation has not run yet; those of orchestrations are remembered. */
function isNew({ id, parent }: Operation, seen: Record<string, number>, now: number): boolean {
  if (parent === undefined) return true;
  if (seen[id] !== undefined) return false;
  seen[id] = now;
  return true;
}

function sendAnswers(
  host: Host,
  effects: Effects,
  operations: readonly Operation[],
  answer: EntityAnswer,
): void {
  operations.forEach((operation, i) => {
    const result = answer.results[i];
    if (operation.signal || !operation.parent) return;
    const reply = {
      $type: `${NAMESPACE}.ResponseMessage, ${NAMESPACE}`,
      result: result?.result ?? null,
      ...(result?.isError ? { exceptionType: "Error" } : {}),
    };
    const event = host.event(EventType.EventRaised, {
      Name: operation.id,
      Input: JSON.stringify(reply),
      ParentTraceContext: null,
    });
    host.answer(effects, operation.parent, event, operation.parentExecution);
  });
  for (const signal of answer.signals) {
    const input = operationMessage(signal.name, signal.input, host.hub.ids.uuid());
    const target = entityId(signal.target.name, signal.target.key);
    host.send(effects, target, host.event(EventType.EventRaised, { Name: "op", Input: input }));
  }
}
