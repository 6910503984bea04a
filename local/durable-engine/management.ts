import type { Addresses } from "./client-binding";
import { EngineError, type WebhookReply, type WebhookRequest } from "./contract";
import { entities } from "./entity-routes";
import { EventType } from "./history";
import { ArgumentError } from "./history-view";
import type { Host } from "./host";
import { type Call, jsonBody, UnreadableJson } from "./management-call";
import { listInstances, presentedEntity, purgeInstances, statusOf } from "./queries";
import { isLive, type InstanceRecord } from "./records";
import { exceptionReply, failedReply, reply } from "./replies";
import { restart, start } from "./starts";

const PREFIX = /^\/(?:runtime\/webhooks\/durabletask|durabletask)\/?/;

/** The extension's HTTP API (https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-http-api), for its webhooks and its RPC endpoint alike. */
export async function manage(
  host: Host,
  addresses: Addresses,
  request: WebhookRequest,
): Promise<WebhookReply> {
  const origin = `http://${request.headers["host"] ?? new URL(addresses.origin).host}`;
  const url = new URL(request.url, origin);
  try {
    const path = url.pathname.replace(PREFIX, "").split("/").filter(Boolean).map(decodeURIComponent);
    if (path.some((part) => part.includes("/"))) return reply(404);
    const { method } = request;
    return await route({ host, addresses, method, path, query: url.searchParams, request, origin });
  } catch (fault) {
    return refusal(fault);
  }
}

function refusal(fault: unknown): WebhookReply {
  const { message } = fault instanceof Error ? fault : new Error(String(fault));
  if (fault instanceof UnreadableJson) {
    const type = "Newtonsoft.Json.JsonReaderException";
    return exceptionReply(400, "Invalid JSON content", { type, message });
  }
  if (fault instanceof ArgumentError) {
    const type = "System.ArgumentException";
    return exceptionReply(400, "One or more of the arguments submitted is incorrect", { type, message });
  }
  if (fault instanceof EngineError) return reply(fault.status, { Message: message });
  if (fault instanceof URIError) return reply(400, { Message: message });
  return failedReply(message, "System.Exception");
}

async function route(call: Call): Promise<WebhookReply> {
  const [kind, first] = call.path;
  if (kind === "orchestrators" && call.method === "POST" && first) return start(call);
  if (kind === "entities") return entities(call);
  if (kind === "instances") return first === undefined ? listInstances(call) : instance(call, first);
  return reply(404);
}

async function instance(call: Call, id: string): Promise<WebhookReply> {
  const { host, method, path } = call;
  const verb = path[2]?.toLowerCase();
  const record = host.hub.row(id);
  if (verb === "restart" && method === "POST") return restart(call, id);
  if (!record) {
    if (verb === "rewind") return reply(404, `No orchestration with instance ID "$${id}" found.`);
    const entity = path.length === 2 && method === "GET" ? host.hub.views.get(id) : undefined;
    if (!entity) return reply(404);
    const { url } = call.request;
    return reply(202, presentedEntity(entity), { location: `${call.origin}${url}`, "retry-after": "5" });
  }
  if (path.length === 2 && method === "GET") return statusOf(call, record);
  if (path.length === 2 && method === "DELETE") return purgeInstances(host, [record]);
  if (method !== "POST") return reply(404);
  return change(call, record, verb);
}

async function change(call: Call, record: InstanceRecord, verb: string | undefined): Promise<WebhookReply> {
  const { host, path, query, request } = call;
  const reason = query.get("reason");
  if (verb === "rewind") return rewind(record);
  if (!["raiseevent", "terminate", "suspend", "resume"].includes(verb ?? "")) return reply(404);
  if (!isLive(record.status)) return reply(410);
  switch (verb) {
    case "raiseevent": {
      const type = request.headers["content-type"]?.split(";")[0];
      if (type !== "application/json")
        throw new EngineError(400, "Only application/json request content is supported");
      const event = { Name: path[3] ?? "", Input: jsonBody(request), ParentTraceContext: null };
      return post(host, record, "raiseEvent", EventType.EventRaised, event);
    }
    case "terminate":
      return post(host, record, "terminate", EventType.ExecutionTerminated, { Input: reason });
    case "suspend":
      if (record.status === "Suspended") return forbidden(record, "suspend");
      return post(host, record, "suspend", EventType.ExecutionSuspended, { Reason: reason });
    default:
      if (record.status !== "Suspended") return forbidden(record, "resume");
      return post(host, record, "resume", EventType.ExecutionResumed, { Reason: reason });
  }
}

function forbidden({ id, status }: InstanceRecord, verb: string): WebhookReply {
  return failedReply(
    `Cannot ${verb} the orchestration instance ${id} because instance is in the ${status} state.`,
  );
}

/** The extension would rewind; the SDK says that the storage provider cannot. So the status decides the refusal. */
function rewind({ status }: InstanceRecord): WebhookReply {
  if (status !== "Failed") {
    const only = `but only orchestrations in the "Failed" state can be rewound.`;
    return reply(412, `This orchestration has status ${status}, ${only}`);
  }
  return reply(501, "The embedded engine does not rewind: start the instance again.");
}

async function post(
  host: Host,
  record: InstanceRecord,
  name: string,
  type: number,
  fields: Record<string, unknown>,
): Promise<WebhookReply> {
  const effects = host.begin();
  host.send(effects, record.id, host.event(type, fields));
  await host.commit(effects, { kind: "client", id: record.id, name });
  return reply(202);
}
