import { managementLinks } from "./client-binding";
import type { WebhookReply } from "./contract";
import { parsed } from "./history-view";
import type { Host } from "./host";
import { type Call, jsonBody } from "./management-call";
import { presented } from "./queries";
import { isLive, type InstanceRecord } from "./records";
import { exceptionReply, reply } from "./replies";

/** Starts an instance; with `timeout` (seconds) the reply waits for its end. */
export async function start(call: Call): Promise<WebhookReply> {
  const { path, query, request } = call;
  const [, name = "", id] = path;
  const input = jsonBody(request);
  const created = await create(call, { name, input, id, version: query.get("version") });
  const seconds = Number(query.get("timeout"));
  if (!(seconds > 0)) return accepted(call, created);
  const every = Number(query.get("pollingInterval") ?? 1) || 1;
  const ended = await waitForEnd(call.host, created, { timeoutMs: seconds * 1000, everyMs: every * 1000 });
  if (!ended) return accepted(call, created);
  return ended.status === "Completed" ? reply(200, parsed(ended.output)) : reply(200, presented(ended, true));
}

/** Starts an instance again with the same input, under a new id or the same. */
export async function restart(call: Call, id: string): Promise<WebhookReply> {
  const old = call.host.hub.row(id);
  if (!old) {
    return exceptionReply(400, "InstanceId does not match a valid orchestration instance.", {
      type: "System.ArgumentException",
      message: `No instance with ID '${id}' was found. (Parameter 'instanceId')`,
    });
  }
  const { name, shownInput: input, version } = old;
  const same = call.query.get("restartWithNewInstanceId") === "false";
  return accepted(
    call,
    await create(call, { name, input, version, id: same ? id : undefined, derived: true }),
  );
}

interface Wanted {
  readonly name: string;
  readonly input: string | null;
  readonly id: string | undefined;
  readonly version: string | null;
  readonly derived?: boolean;
}

async function create({ host }: Call, { id, ...wanted }: Wanted): Promise<string> {
  const effects = host.begin();
  const created = host.create(effects, { ...wanted, ...(id === undefined ? {} : { id }) });
  await host.commit(effects, { kind: "client", id: created, name: "start" });
  return created;
}

function accepted({ addresses, origin }: Call, id: string): WebhookReply {
  const links = managementLinks(addresses, origin, id);
  return reply(202, links, { location: links["statusQueryGetUri"] ?? "", "retry-after": "10" });
}

async function waitForEnd(
  host: Host,
  id: string,
  { timeoutMs, everyMs }: { timeoutMs: number; everyMs: number },
): Promise<InstanceRecord | undefined> {
  const { clock } = host;
  for (const end = clock.now() + timeoutMs; clock.now() < end;) {
    const record = host.hub.row(id);
    if (record && !isLive(record.status)) return record;
    await new Promise<void>((resolve) => {
      clock.setTimer(Math.min(end, clock.now() + everyMs), resolve);
    });
  }
  return undefined;
}
