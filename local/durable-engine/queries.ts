import type { WebhookReply } from "./contract";
import { parsed, shownHistory } from "./history-view";
import { toTimestamp } from "./history";
import type { Host } from "./host";
import type { Call } from "./management-call";
import { isLive, type EntityRecord, type InstanceRecord } from "./records";
import { reply } from "./replies";

function seconds(ms: number): string {
  return `${toTimestamp(ms).slice(0, 19)}Z`;
}

/** An instance as status replies and lists show it. */
export function presented(record: InstanceRecord, showInput: boolean): Record<string, unknown> {
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

/** An entity as status replies and lists show it: always Running, with its scheduler's state as input. */
export function presentedEntity({ id, exists, state, lastOperationAt }: EntityRecord) {
  const at = seconds(lastOperationAt);
  return {
    name: id,
    instanceId: id,
    runtimeStatus: "Running",
    input: { ...(exists ? { exists } : {}), ...(state === null ? {} : { state }), sorter: {} },
    customStatus: exists ? { entityExists: true } : {},
    output: null,
    createdTime: at,
    lastUpdatedTime: at,
  };
}

/** The status of one instance: 202 while it is live, 200 afterwards (golden: management.json). */
export async function statusOf(
  { host, query, request, origin }: Call,
  record: InstanceRecord,
): Promise<WebhookReply> {
  const body = presented(record, query.get("showInput") !== "false");
  const outputs = query.get("showHistoryOutput") === "true";
  const historyEvents =
    query.get("showHistory") === "true"
      ? shownHistory(record, await host.hub.history(record.id), outputs)
      : undefined;
  const full = historyEvents ? { ...body, historyEvents } : body;
  if (isLive(record.status))
    return reply(202, full, { location: `${origin}${request.url}`, "retry-after": "5" });
  const failed = record.status === "Failed" && query.get("returnInternalServerErrorOnFailure") === "true";
  return reply(failed ? 500 : 200, full);
}

/** Lists or purges instances by filter; lists include entities, are ordered by id and paged. */
export async function listInstances(call: Call): Promise<WebhookReply> {
  const { host, method, query } = call;
  if (method === "DELETE") {
    if (!query.get("createdTimeFrom"))
      return reply(400, "Please provide value for 'createdTimeFrom' parameter.");
    const finished = [...host.hub.rows()].filter((r) => !isLive(r.status) && matches(r, query));
    return purgeInstances(host, finished);
  }
  if (method !== "GET") return reply(404);
  const prefix = query.get("instanceIdPrefix") ?? "";
  const showInput = query.get("showInput") !== "false";
  const rows = [
    ...[...host.hub.rows()].map((record) => ({
      id: record.id,
      match: matches(record, query),
      shown: presented(record, showInput),
    })),
    ...[...host.hub.views.all()].map((record) => ({
      id: record.id,
      match: matches({ status: "Running", createdAt: record.lastOperationAt }, query),
      shown: presentedEntity(record),
    })),
  ].filter(({ id, match }) => match && id.startsWith(prefix));
  return paged(
    rows.sort((a, b) => (a.id < b.id ? -1 : 1)),
    call,
  );
}

/** One page of rows that are ordered by id; the token is the base64 of the id that comes next. */
export function paged(
  rows: readonly { readonly id: string; readonly shown: unknown }[],
  { query, request }: Pick<Call, "query" | "request">,
): WebhookReply {
  const top = Number(query.get("top"));
  const token = request.headers["x-ms-continuation-token"];
  const from = token ? Buffer.from(token, "base64").toString("utf8") : "";
  // A token that names no row ends the list (golden: management.json 79).
  const begin = from === "" ? 0 : rows.findIndex(({ id }) => id === from);
  const rest = begin < 0 ? [] : rows.slice(begin);
  const page = Number.isInteger(top) && top > 0 ? rest.slice(0, top) : rest;
  const next = rest[page.length];
  const shown = page.map((row) => row.shown);
  if (!next) return reply(200, shown);
  return reply(200, shown, { "x-ms-continuation-token": Buffer.from(next.id).toString("base64") });
}

const statuses = [
  "Running",
  "Completed",
  "ContinuedAsNew",
  "Failed",
  "Canceled",
  "Terminated",
  "Pending",
  "Suspended",
];

/** Ignores statuses and dates that cannot be read. */
function matches(
  { status, createdAt }: { status: string; createdAt: number },
  query: URLSearchParams,
): boolean {
  const wanted = (query.get("runtimeStatus") ?? "").split(",").filter((each) => statuses.includes(each));
  const from = Date.parse(query.get("createdTimeFrom") ?? "");
  const to = Date.parse(query.get("createdTimeTo") ?? "");
  const inTime = !(createdAt < from) && !(createdAt > to);
  return inTime && (wanted.length === 0 || wanted.includes(status));
}

/** Purges finished instances. A live one is refused with 412, an empty list with 404. */
export async function purgeInstances(host: Host, records: readonly InstanceRecord[]): Promise<WebhookReply> {
  const live = records.find((record) => isLive(record.status));
  if (live) {
    const only = "Only orchestrations in a terminal state can be purged";
    return reply(412, `${only}, but the orchestration with instance ID ${live.id} has status ${live.status}`);
  }
  if (records.length === 0) return reply(404);
  const effects = host.begin();
  for (const record of records) {
    effects.row.push({ type: "dropHistory", record }, { type: "dropInstance", record });
  }
  await host.commit(effects, { kind: "client", id: records[0]?.id ?? "", name: "purge" });
  return reply(200, { instancesDeleted: records.length });
}
