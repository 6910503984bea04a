import type { WebhookReply } from "./contract";
import { toTimestamp, EventType, type HistoryEvent } from "./history";
import type { Hub } from "./hub";
import { reply } from "./management";
import { isLive, type InstanceRecord } from "./records";
import { entityAsInstance } from "./run-entity";

interface Query {
  readonly hub: Hub;
  readonly method: string;
  readonly query: URLSearchParams;
  readonly request: { readonly url: string; readonly headers: Readonly<Record<string, string>> };
  readonly origin: string;
}

function parsed(text: string | null): unknown {
  if (text === null) return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function seconds(ms: number): string {
  return `${toTimestamp(ms).slice(0, 19)}Z`;
}

function present(record: InstanceRecord, showInput: boolean): Record<string, unknown> {
  return {
    name: record.name,
    instanceId: record.id,
    runtimeStatus: record.status,
    input: showInput ? parsed(record.shownInput) : null,
    customStatus: record.customStatus,
    output: parsed(record.output),
    createdTime: seconds(record.createdAt),
    lastUpdatedTime: seconds(record.updatedAt),
  };
}

/** The status of one instance: 202 while it is live, 200 afterwards (golden: management.json). */
export async function statusOf(
  { hub, query, request, origin }: Query,
  record: InstanceRecord,
): Promise<WebhookReply> {
  const body = present(record, query.get("showInput") !== "false");
  const outputs = query.get("showHistoryOutput") === "true";
  const historyEvents =
    query.get("showHistory") === "true" ? shown(await hub.store.history(record.id), outputs) : undefined;
  const full = historyEvents ? { ...body, historyEvents } : body;
  if (isLive(record.status))
    return reply(202, full, { location: `${origin}${request.url}`, "retry-after": "5" });
  const failed = record.status === "Failed" && query.get("returnInternalServerErrorOnFailure") === "true";
  return reply(failed ? 500 : 200, full);
}

/** History as people see it: scheduled work is folded into its completion, the dispatcher's own events are left out. */
function shown(history: readonly HistoryEvent[], outputs: boolean): Record<string, unknown>[] {
  const names = Object.fromEntries(Object.entries(EventType).map(([name, type]) => [type, name]));
  const hidden: readonly number[] = [EventType.OrchestratorStarted, EventType.OrchestratorCompleted];
  const folded: readonly number[] = [EventType.TaskScheduled, EventType.SubOrchestrationCreated];
  return history
    .filter((event) => !hidden.includes(event.EventType) && !folded.includes(event.EventType))
    .map((event) => {
      const { EventId: _id, IsPlayed: _played, Result, ...rest } = event;
      const scheduled = history.find(
        (e) => folded.includes(e.EventType) && e.EventId === event.TaskScheduledId,
      );
      return {
        ...rest,
        EventType: names[event.EventType] ?? String(event.EventType),
        ...(outputs && Result !== undefined ? { Result: parsed(Result) } : {}),
        ...(scheduled ? { FunctionName: scheduled.Name, ScheduledTime: scheduled.Timestamp } : {}),
      };
    });
}

/** Lists or purges instances by filter; lists include entities, are ordered by id and paged. */
export async function listInstances(call: Query): Promise<WebhookReply> {
  const { hub, method, query } = call;
  if (method === "DELETE") {
    if (!query.get("createdTimeFrom"))
      return reply(400, "Please provide value for 'createdTimeFrom' parameter.");
    const finished = [...hub.instances.values()].filter((r) => !isLive(r.status) && matches(r, query));
    return purgeInstances(hub, finished);
  }
  if (method !== "GET") return reply(404);
  const prefix = query.get("instanceIdPrefix") ?? "";
  const rows = [
    ...[...hub.instances.values()]
      .filter((r) => matches(r, query))
      .map((r) => present(r, query.get("showInput") === "true")),
    ...(query.get("runtimeStatus") ? [] : [...hub.entities.values()].map(entityAsInstance)),
  ].filter((row) => String(row.instanceId).startsWith(prefix));
  rows.sort((a, b) => (String(a.instanceId) < String(b.instanceId) ? -1 : 1));
  return paged(rows, call);
}

function paged(rows: readonly { instanceId?: unknown }[], { query, request }: Query): WebhookReply {
  const top = Number(query.get("top"));
  const token = request.headers["x-ms-continuation-token"];
  const from = token ? Buffer.from(token, "base64").toString("utf8") : "";
  const begin = from === "" ? 0 : rows.findIndex((row) => String(row.instanceId) >= from);
  const rest = begin < 0 ? [] : rows.slice(begin);
  const page = Number.isInteger(top) && top > 0 ? rest.slice(0, top) : rest;
  const next = rest[page.length];
  const nextToken = next ? Buffer.from(String(next.instanceId)).toString("base64") : "";
  return reply(200, page, { "x-ms-continuation-token": nextToken });
}

function matches(record: InstanceRecord, query: URLSearchParams): boolean {
  const statuses = (query.get("runtimeStatus") ?? "").split(",").filter(Boolean);
  const from = Date.parse(query.get("createdTimeFrom") ?? "");
  const to = Date.parse(query.get("createdTimeTo") ?? "");
  const inTime = !(record.createdAt < from) && !(record.createdAt > to);
  return inTime && (statuses.length === 0 || statuses.includes(record.status));
}

/** Purges finished instances; a live one is refused with 412, none at all with 404. */
export async function purgeInstances(hub: Hub, records: readonly InstanceRecord[]): Promise<WebhookReply> {
  if (records.some((record) => isLive(record.status))) return reply(412);
  if (records.length === 0) return reply(404);
  const effects = hub.begin();
  for (const record of records) {
    effects.transaction.dropHistory(record);
    effects.transaction.dropInstance(record.id);
    effects.apply.push(() => hub.instances.delete(record.id));
  }
  await hub.commit(effects);
  return reply(200, { instancesDeleted: records.length });
}
