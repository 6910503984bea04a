import { managementLinks, type Addresses } from "./client-binding";
import { EngineError, type EngineApp, type WebhookReply, type WebhookRequest } from "./contract";
import { findFunction } from "./functions";
import { EventType } from "./history";
import type { Hub } from "./hub";
import { listInstances, purgeInstances, statusOf } from "./queries";
import { isLive, type InstanceRecord } from "./records";
import { entityId, operationMessage } from "./run-entity";

const PREFIX = /^\/(?:runtime\/webhooks\/durabletask|durabletask)\/?/;

interface Call {
  readonly hub: Hub;
  readonly app: EngineApp;
  readonly addresses: Addresses;
  readonly method: string;
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly request: WebhookRequest;
  readonly origin: string;
}

/** The extension's HTTP API (facts: functions-and-durable §4.2), for its webhooks and its RPC endpoint alike. */
export async function manage(
  hub: Hub,
  app: EngineApp,
  addresses: Addresses,
  request: WebhookRequest,
): Promise<WebhookReply> {
  const origin = `http://${request.headers["host"] ?? new URL(addresses.origin).host}`;
  const url = new URL(request.url, origin);
  try {
    const path = url.pathname.replace(PREFIX, "").split("/").filter(Boolean).map(decodeURIComponent);
    const call = {
      hub,
      app,
      addresses,
      method: request.method,
      path,
      query: url.searchParams,
      request,
      origin,
    };
    return await route(call);
  } catch (fault) {
    const status = fault instanceof EngineError ? fault.status : fault instanceof URIError ? 400 : 500;
    const message = fault instanceof Error ? fault.message : String(fault);
    const body = {
      Message: status === 500 ? "Something went wrong while processing your request" : message,
      ExceptionMessage: message,
      ExceptionType: "System.Exception",
      StackTrace: "",
    };
    return status === 409 || status === 400 ? reply(status, body.Message) : reply(status, body);
  }
}

export function reply(status: number, body?: unknown, headers: Record<string, string> = {}): WebhookReply {
  if (body === undefined) return { status, headers, body: Buffer.alloc(0) };
  const type = { "content-type": "application/json; charset=utf-8" };
  return { status, headers: { ...type, ...headers }, body: Buffer.from(JSON.stringify(body)) };
}

async function route(call: Call): Promise<WebhookReply> {
  const [kind, first] = call.path;
  if (kind === "orchestrators" && call.method === "POST" && first) return start(call);
  if (kind === "entities") return entities(call);
  if (kind === "instances") return first === undefined ? listInstances(call) : instance(call, first);
  return reply(404);
}

async function start({ hub, app, addresses, path, query, request, origin }: Call): Promise<WebhookReply> {
  const name = path[1] ?? "";
  const id = path[2];
  const input = jsonBody(request);
  const found = findFunction(app, name, "orchestrationTrigger");
  const effects = hub.begin();
  const created = hub.create(effects, {
    name: found?.name ?? name,
    input,
    ...(id === undefined ? {} : { id }),
    version: query.get("version"),
  });
  await hub.commit(effects);
  const links = managementLinks(addresses, origin, created);
  return reply(202, links, { location: links["statusQueryGetUri"] ?? "", "retry-after": "10" });
}

function jsonBody(request: WebhookRequest): string | null {
  if (request.body.length === 0) return null;
  const text = request.body.toString("utf8");
  try {
    JSON.parse(text);
    return text;
  } catch {
    throw new EngineError(400, "Invalid JSON content");
  }
}

async function entities({ hub, app, method, path, query, request }: Call): Promise<WebhookReply> {
  const [, name, key = ""] = path;
  if (name === undefined) return listEntities(hub);
  const id = entityId(name, key);
  if (method === "GET") {
    const record = hub.entities.get(id);
    return record?.exists
      ? reply(200, record.state === null ? null : (JSON.parse(record.state) as unknown))
      : reply(404);
  }
  if (method !== "POST" && method !== "DELETE") return reply(404);
  if (!findFunction(app, name, "entityTrigger")) throw new EngineError(400, `There is no entity '${name}'.`);
  const operation = method === "DELETE" ? "delete" : (query.get("op") ?? "");
  const input = request.body.length > 0 ? request.body.toString("utf8") : undefined;
  const effects = hub.begin();
  hub.send(
    effects,
    id,
    hub.event(EventType.EventRaised, { Name: "op", Input: operationMessage(operation, input) }),
  );
  await hub.commit(effects);
  return reply(202);
}

function listEntities(hub: Hub): WebhookReply {
  const found = [...hub.entities.values()].filter((record) => record.exists);
  return reply(
    200,
    found.map(({ id, lastOperationAt }) => {
      const at = id.indexOf("@", 1);
      const entity = { name: id.slice(1, at), key: id.slice(at + 1) };
      return { entityId: entity, lastOperationTime: new Date(lastOperationAt).toISOString() };
    }),
    { "x-ms-continuation-token": "" },
  );
}

async function instance(call: Call, id: string): Promise<WebhookReply> {
  const { hub, method, path } = call;
  const record = hub.instances.get(id);
  if (!record) return reply(404);
  if (path.length === 2 && method === "GET") return statusOf(call, record);
  if (path.length === 2 && method === "DELETE") return purgeInstances(hub, [record]);
  if (method !== "POST") return reply(404);
  return change(call, record);
}

async function change(call: Call, record: InstanceRecord): Promise<WebhookReply> {
  const { hub, path, query, request } = call;
  const verb = path[2]?.toLowerCase();
  const reason = query.get("reason");
  if (verb === "rewind") return reply(501, "The embedded engine does not rewind: start the instance again.");
  if (verb === "restart")
    return reply(501, "The embedded engine does not restart instances: start them again.");
  if (!["raiseevent", "terminate", "suspend", "resume"].includes(verb ?? "")) return reply(404);
  if (!isLive(record.status)) return reply(410);
  switch (verb) {
    case "raiseevent": {
      const type = request.headers["content-type"]?.split(";")[0];
      if (type !== "application/json")
        throw new EngineError(400, "Only application/json request content is supported");
      const event = { Name: path[3] ?? "", Input: jsonBody(request), ParentTraceContext: null };
      return post(hub, record, EventType.EventRaised, event);
    }
    case "terminate":
      return post(hub, record, EventType.ExecutionTerminated, { Input: reason });
    case "suspend":
      if (record.status === "Suspended") return reply(500, "The instance is suspended already.");
      return post(hub, record, EventType.ExecutionSuspended, { Reason: reason });
    default:
      if (record.status !== "Suspended") return reply(500, "The instance is not suspended.");
      return post(hub, record, EventType.ExecutionResumed, { Reason: reason });
  }
}

async function post(
  hub: Hub,
  record: InstanceRecord,
  type: number,
  fields: Record<string, unknown>,
): Promise<WebhookReply> {
  const effects = hub.begin();
  hub.send(effects, record.id, hub.event(type, fields));
  await hub.commit(effects);
  return reply(202);
}
