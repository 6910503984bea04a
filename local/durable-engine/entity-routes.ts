import { EngineError, type WebhookReply, type WebhookRequest } from "./contract";
import { findFunction, namesOf } from "./functions";
import { EventType } from "./history";
import type { Call } from "./management-call";
import { paged } from "./queries";
import type { EntityRecord } from "./records";
import { reply } from "./replies";
import { entityId, operationMessage } from "./run-entity";

/** Entities over HTTP: lists, states and signals (golden: management.json 89–106). */
export async function entities(call: Call): Promise<WebhookReply> {
  const { host, method, path, query, request } = call;
  const [, name, key] = path;
  if (name === undefined || key === undefined)
    return method === "GET" ? listEntities(call, name) : reply(404);
  const id = entityId(name, key);
  if (method === "GET") {
    const record = host.hub.views.get(id);
    return record?.exists ? reply(200, stateOf(record)) : reply(404);
  }
  if (method !== "POST" && method !== "DELETE") return reply(404);
  if (!findFunction(host.app, name, "entityTrigger")) {
    const known = namesOf(host.app, "entityTrigger").map((each) => `'${each}'`);
    const text = `The function '${name}' doesn't exist, is disabled, or is not an entity function.`;
    const more = `Additional info: The following are the known entity functions: ${known.join(", ")}.`;
    throw new EngineError(400, `${text} ${more}`);
  }
  const operation = method === "DELETE" ? "delete" : (query.get("op") ?? "");
  const input = operationInput(request);
  const effects = host.begin();
  host.send(
    effects,
    id,
    host.event(EventType.EventRaised, {
      Name: "op",
      Input: operationMessage(operation, input, host.hub.ids.uuid()),
    }),
  );
  await host.commit(effects, { kind: "client", id, name: "signal" });
  return reply(202);
}

/** JSON as received, and other text as a string. An empty body is no input, except for DELETE: an empty string. */
function operationInput({ method, headers, body }: WebhookRequest): string | undefined {
  const text = body.toString("utf8");
  if (body.length === 0) return method === "DELETE" ? '""' : undefined;
  return headers["content-type"]?.startsWith("application/json") ? text : JSON.stringify(text);
}

function stateOf({ state }: EntityRecord): unknown {
  return state === null ? null : (JSON.parse(state) as unknown);
}

/** Lists existing entities, by id; with `fetchState` only those with a state. */
function listEntities(call: Call, name: string | undefined): WebhookReply {
  const { host, query } = call;
  const fetchState = query.get("fetchState") === "true";
  const from = Date.parse(query.get("lastOperationTimeFrom") ?? "");
  const to = Date.parse(query.get("lastOperationTimeTo") ?? "");
  const rows = [...host.hub.views.all()]
    .filter((record) => record.exists && !(fetchState && record.state === null))
    .filter(({ lastOperationAt }) => !(lastOperationAt < from) && !(lastOperationAt > to))
    .filter(({ id }) => name === undefined || id.startsWith(entityId(name, "")))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map((record) => ({ id: record.id, shown: shownEntity(record, fetchState) }));
  return paged(rows, call);
}

function shownEntity(record: EntityRecord, fetchState: boolean): Record<string, unknown> {
  const at = record.id.indexOf("@", 1);
  return {
    entityId: { name: record.id.slice(1, at), key: record.id.slice(at + 1) },
    lastOperationTime: new Date(record.lastOperationAt).toISOString(),
    state: fetchState ? stateOf(record) : null,
  };
}
