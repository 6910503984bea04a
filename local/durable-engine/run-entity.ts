import { findFunction } from "./functions";
import { EventType } from "./history";
import type { Host } from "./host";
import type { Message } from "./records";

/** One operation on its way to an entity. */
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

/** The text of an operation message, as an EventSent or a client's signal carries it. */
export function operationMessage(op: string, input: string | undefined, id: string): string {
  return JSON.stringify({ op, signal: true, ...(input === undefined ? {} : { input }), id });
}

/** Runs the operations that stand in an entity's inbox as one batch; state, replies and signals become durable together. */
export async function runEntity(host: Host, id: string, messages: readonly Message[]): Promise<void> {
  const { hub, app } = host;
  const { name, key } = partsOf(id);
  const found = findFunction(app, name, "entityTrigger");
  const effects = host.begin();
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
  const operations = messages.map((message) => JSON.parse(message.event.Input ?? "{}") as Operation);
  const record = hub.entities.get(id);
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
  const { returnValue } = await app.invoke(found.name, {
    inputData: [{ name: found.binding, data: { string: JSON.stringify(request, null, 2) } }],
  });
  const answer = JSON.parse(returnValue?.json ?? returnValue?.string ?? "{}") as EntityAnswer;
  const state = answer.entityState ?? null;
  host.putEntity(effects, { id, exists: answer.entityExists, state, lastOperationAt: host.clock.now() });
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
    host.send(effects, operation.parent, event, operation.parentExecution);
  });
  for (const signal of answer.signals) {
    const input = operationMessage(signal.name, signal.input, hub.ids.uuid());
    const target = entityId(signal.target.name, signal.target.key);
    host.send(effects, target, host.event(EventType.EventRaised, { Name: "op", Input: input }));
  }
  await host.commit(effects, work, { entity: id, was: record });
}
