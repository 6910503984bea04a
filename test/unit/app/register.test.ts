import type { HttpRequest, HttpResponseInit, InvocationContext } from "@azure/functions";
import { core } from "../../../local/functions-host/core-module";
import { createLog } from "../../../src/adapters/console-log";
import { registerApp } from "../../../src/app/register";
import type { Config } from "../../../src/config/config";
import type { Ports } from "../../../src/ports/ports";
import { createFakePorts } from "../../support/fake-ports";

/** Storage, broker and Resource Manager are all away. The reason is at the end of a chain of causes. */
const why = Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:10001"), { code: "ECONNREFUSED" });
const away = () => Promise.reject(new Error("the port could not be used", { cause: why }));
const lines: string[] = [];

function portsAway(): Ports {
  const fake = createFakePorts();
  const rejecting = <T extends object>(port: T, kept: readonly string[] = []): T =>
    new Proxy(port, {
      get: (target, name) => (kept.includes(String(name)) ? Reflect.get(target, name) : away) as unknown,
    });
  return {
    ...fake,
    log: createLog((level, line) => lines.push(`${level} ${line}`)),
    ...{
      promotions: rejecting(fake.promotions),
      pairs: rejecting(fake.pairs),
      prober: rejecting(fake.prober),
    },
    ...{ announcer: rejecting(fake.announcer), deploymentWindows: rejecting(fake.deploymentWindows) },
    ...{ cloudServices: rejecting(fake.cloudServices), schedules: rejecting(fake.schedules, ["all"]) },
  };
}

const everything = ["Swap.Read", "Swap.Request", "Swap.Operate", "Swap.Approve"] as const;
const caller = { oid: "o-1", name: "Ada", application: false, permissions: everything, roles: [] };
const config = { serviceBus: { requestQueue: "swap-requests", setting: "ServiceBusConnection" } } as Config;
registerApp(portsAway, { verify: () => Promise.resolve({ caller }) }, config);

const asked = { requestId: "r-1", pair: "shop", promote: "green", reason: "x", requestedBy: "y" };
const bodies: Readonly<Record<string, object>> = {
  postPromotion: asked,
  postPlan: { pair: "shop", promote: "green" },
  putHold: { reason: "x" },
  postApproval: { planHash: "a".repeat(64), decision: "approve" },
};

function requestOf(name: string): HttpRequest {
  const body = bodies[name] ?? { note: "n" };
  return {
    ...{ url: "http://127.0.0.1/api", method: "POST", params: { id: "r-1", pair: "shop", name: "shop" } },
    query: new URLSearchParams(),
    headers: new Headers({ "content-type": "application/json" }),
    arrayBuffer: () => Promise.resolve(Buffer.from(JSON.stringify(body))),
  } as unknown as HttpRequest;
}

async function invoke(name: string): Promise<{ fault?: unknown; status?: number }> {
  const { metadata, callback } = core.functions.get(name)!;
  const kind = Object.values(metadata.bindings).find(({ type }) => /trigger$/i.test(type))!.type;
  const context = {
    functionName: name,
    invocationId: "i-1",
    triggerMetadata: {},
  } as unknown as InvocationContext;
  const handler = callback as (
    input: unknown,
    context: InvocationContext,
  ) => Promise<HttpResponseInit | undefined>;
  const input = { httpTrigger: requestOf(name), serviceBusTrigger: asked }[kind] ?? {
    ...asked,
    news: [],
    at: 0,
  };
  try {
    const reply = await handler(input, context);
    return { status: kind === "httpTrigger" ? reply?.status : undefined };
  } catch (fault) {
    return { fault };
  }
}

const named = [...core.functions.values()]
  .filter(
    ({ metadata }) => !/^(orchestration|entity)Trigger$/.test(Object.values(metadata.bindings)[0]!.type),
  )
  .map(({ metadata }) => metadata.name);
beforeEach(() => lines.splice(0));

test.each(named)("%s logs why it failed, with the cause of the cause", async (name) => {
  const { fault, status = 200 } = await invoke(name);
  if (fault !== undefined) expect(lines.join("\n")).toContain((fault as Error).message);
  if (status >= 500 && status !== 501) expect(lines.join("\n")).toContain("ECONNREFUSED");
  if (fault instanceof Error && "cause" in fault) expect(lines.join("\n")).toContain("ECONNREFUSED");
});

test("every entry point that fails here logs the cause", async () => {
  const failing = [
    "acceptSwapRequest",
    "postPromotion",
    "putHold",
    "deleteHold",
    "postApproval",
    "reconciler",
    "scheduler",
  ];
  for (const name of failing) {
    lines.splice(0);
    await invoke(name);
    expect(`${name}: ${lines.join("\n")}`).toContain("caused by Error (ECONNREFUSED): connect ECONNREFUSED");
  }
});
