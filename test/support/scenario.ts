import type { PortsFor } from "../../src/triggers/ports-for";
import * as df from "durable-functions";
import { MemoryLevel } from "memory-level";
import { createSimulator, httpClientOf, type Simulator } from "../../local/resource-manager";
import calm from "../../local/world/scenarios/calm.json";
import { createLog } from "../../src/adapters/console-log";
import { digest, nonce } from "../../src/adapters/digest";
import {
  createOperations,
  createPairs,
  createPromotions,
  createSchedules,
} from "../../src/adapters/durable-client";
import { createPolicies } from "../../src/adapters/policies";
import { createCloudServices } from "../../src/adapters/resource-manager/cloud-services";
import { createScheduleTimes } from "../../src/adapters/schedules";
import { registerDurable, registerHttpAndTimer, registerRetention } from "../../src/app/register";
import { type PairsFile, parsePairsFile } from "../../src/config/pairs-file";
import { contentHashOf } from "../../src/contracts/content-hash";
import { completionEventSchema, progressEventSchema } from "../../src/contracts/events";
import { type PairKey, pairKeyOf } from "../../src/domain/kernel/pair-key";
import type { Side } from "../../src/domain/kernel/swap-request";
import type { PairState } from "../../src/domain/pair/pair";
import {
  defaultPolicy,
  WINDOW_DEADLINE_MS,
  type DeploymentWindowRule,
  type PairPolicy,
} from "../../src/domain/policy/policy";
import type { ScheduleRule } from "../../src/domain/policy/schedule";
import type { CompletionEvent, ProgressEvent } from "../../src/domain/promotion/events";
import type { PromotionState } from "../../src/domain/promotion/state";
import type { Caller, Permission, TokenVerifier } from "../../src/ports/identity";
import type { Prober } from "../../src/ports/prober";
import { expectDeclaredReply, routeAt } from "./declared-reply";
import { deploymentWindowsOf } from "./deployment-windows";
import { type DurableApp, type DurableAppOptions, startDurableApp } from "./durable-app";
import { expectOneFormat } from "./times";
import { whileRunning } from "./while-running";
import { createVirtualClock, type VirtualClock } from "./virtual-clock";

export interface ScenarioOptions {
  /** By default a verifier that trusts the caller's own claims. */
  readonly verifier?: TokenVerifier;
  readonly policy?: Partial<PairPolicy>;
  /** A clock that a hub uses too. */
  readonly clock?: VirtualClock;
  /** When swaps may start. The policy needs no `window` then. */
  readonly window?: DeploymentWindowRule;
  readonly schedules?: readonly ScheduleRule[];
  /** How long promotions are kept in full. By default more than a year. */
  readonly retainMs?: number;
  /** Freeze calendars by file name. A missing one is unreadable. */
  readonly calendars?: ReadonlyMap<string, string>;
  readonly scenario?: unknown;
  /** Observes or wraps every durable invocation. */
  readonly durable?: Pick<DurableAppOptions, "appDirectory" | "observe" | "around" | "settings" | "shared">;
}

/** How a version of the shop answers probes. With `error` a probe gets no answer. */
export interface SiteAnswer {
  readonly status: number;
  readonly latencyMs: number;
  readonly body: string;
  readonly error: string;
}

const olga: Caller = { oid: "oid-1", name: "Olga", application: false, permissions: [], roles: [] };

/** The product on the embedded engine and Resource Manager, in process, on a virtual clock. */
export interface Scenario {
  readonly clock: VirtualClock;
  readonly arm: Simulator;
  readonly app: DurableApp;
  readonly published: CompletionEvent[];
  /** Progress events, best effort. */
  readonly news: ProgressEvent[];
  /** Every log line of the product. `app.logged` has those that pass host.json's levels. */
  readonly logged: string[];
  /** By version: the answer of its service at http://shop/ (production) or http://staging.shop/ (staging). */
  readonly sites: Map<string, Partial<SiteAnswer>>;
  /** While true, publishing fails. */
  brokerDown: boolean;
  /** How long the broker takes to accept an event. */
  brokerDelayMs: number;
  request(over?: Record<string, unknown>): Promise<string>;
  /** Calls the HTTP API as Olga with these permissions, or as another caller. */
  http(
    method: string,
    path: string,
    body?: unknown,
    by?: readonly Permission[] | Partial<Caller>,
  ): Promise<{ status: number; body: unknown; headers: Headers }>;
  /** Calls the HTTP API with exactly these headers. Sends bytes unchanged. */
  raw(
    method: string,
    path: string,
    body: unknown,
    headers: Record<string, string>,
  ): Promise<{ status: number; body: unknown; headers: Headers }>;
  advance(time: { seconds?: number; minutes?: number; hours?: number }): Promise<void>;
  promotion(id: string): Promise<PromotionState>;
  /** Replaces the pairs file, as a restart of the hosts does. */
  edit(pairsFile: object): void;
  serviceId(name: string, side: Side): string;
  /** Of the pair `shop`. */
  readonly key: PairKey;
  pair(key?: PairKey): Promise<PairState>;
  /** PUTs that Resource Manager received; `effects` counts those that took effect. */
  puts(): number;
  effects(): number;
  holder(): Side;
  outcomeOf(id: string): string | undefined;
  stop(): Promise<void>;
}

export async function startScenario(options: ScenarioOptions = {}): Promise<Scenario> {
  const clock = options.clock ?? createVirtualClock(Date.parse("2026-11-24T12:00:00Z"));
  const arm = createSimulator({ scenario: options.scenario ?? calm, clock });
  const serviceIn = (name: string, side: Side) =>
    `/subscriptions/${arm.subscription}/resourceGroups/${name}-rg/providers/Microsoft.Compute/cloudServices/${name}-${side}`;
  const id = (side: Side) => serviceIn("shop", side);
  const services = { blue: id("blue"), green: id("green") };
  const policy: PairPolicy = {
    ...defaultPolicy,
    // Most scenarios end with the verification. Scenarios of the soak set it.
    soak: { ...defaultPolicy.soak, forMs: 0 },
    name: "shop",
    key: pairKeyOf(services, contentHashOf),
    ...services,
    ...(options.window ? { window: { deadlineMs: WINDOW_DEADLINE_MS, rules: "r" } } : {}),
    ...options.policy,
  };
  const published: CompletionEvent[] = [];
  const news: ProgressEvent[] = [];
  const logged: string[] = [];
  const scenario = { brokerDown: false, brokerDelayMs: 0 };
  const announcer = {
    publish: async (event: string) => {
      if (scenario.brokerDelayMs > 0) await clock.sleep(scenario.brokerDelayMs);
      if (scenario.brokerDown) throw new Error("the broker is down");
      const parsed = JSON.parse(event) as CompletionEvent;
      if (parsed.type === "cloud-service-swap.promotion.completed")
        published.push(completionEventSchema.parse(parsed));
      else news.push(progressEventSchema.parse(parsed));
    },
  };
  const cloudServices = createCloudServices({
    endpoint: "http://127.0.0.1:1",
    credential: { getToken: () => Promise.resolve(null) },
    httpClient: httpClientOf(arm),
    clock,
    digest,
  });
  const sites = new Map<string, Partial<SiteAnswer>>();
  const prober: Prober = {
    ask: (url) => {
      const slot = new URL(url).hostname.startsWith("staging") ? "Staging" : "Production";
      const services = ["shop-blue", "shop-green"].map((name) => arm.service(name));
      const version = services.find((each) => each?.slot === slot)?.version ?? "nobody";
      const answer = sites.get(version) ?? {};
      if (answer.error !== undefined) return Promise.resolve({ kind: "none", detail: answer.error });
      const { status = 200, latencyMs = 20, body = "{}" } = answer;
      return Promise.resolve({
        kind: "answered",
        status,
        body,
        latencyMs,
        headers: { "x-version": version },
      });
    },
  };
  const loaded = (file: Omit<PairsFile, "issues">) => {
    const policies = createPolicies(file.policies, file);
    const deploymentWindowsFor = deploymentWindowsOf(
      policies,
      clock,
      file.deploymentWindows,
      options.calendars,
    );
    return { policies, deploymentWindowsFor, schedules: createScheduleTimes(file.schedules) };
  };
  const deploymentWindows = new Map(options.window ? [["shop", options.window] as const] : []);
  const { schedules = [], retainMs } = options;
  const retention = new Map(retainMs === undefined ? [] : [["shop", retainMs] as const]);
  let file = loaded({ policies: [policy], deploymentWindows, schedules, retention });
  const portsFor: PortsFor = (context) => {
    const client = () => df.getClient(context);
    const log = createLog((level, line) => {
      logged.push(`${level} ${line}`);
      context[level](line);
    });
    const bound = {
      promotions: createPromotions(client, log),
      pairs: createPairs(client),
      operations: createOperations(client),
      schedules: createSchedules(client, file.schedules),
    };
    const { policies } = file;
    const deploymentWindows = file.deploymentWindowsFor(log);
    return {
      cloudServices,
      announcer,
      prober,
      policies,
      deploymentWindows,
      clock,
      log,
      digest,
      nonce,
      ...bound,
    };
  };
  const verifier: TokenVerifier = options.verifier ?? {
    verify: (authorization) => {
      const caller = JSON.parse(authorization ?? "{}") as Partial<Caller>;
      return Promise.resolve({ caller: { ...olga, ...caller } });
    },
  };
  const register = () => {
    registerDurable(portsFor);
    registerHttpAndTimer(portsFor, verifier);
    registerRetention(portsFor, { retention });
  };
  const app = await startDurableApp({ register, clock, database: new MemoryLevel(), ...options.durable });
  const entity = async <T>(name: string, key: string) =>
    (await app.call("GET", `entities/${name}/${key}`)).body as T;
  let count = 0;
  const http: Scenario["http"] = (method, path, body, by = ["Swap.Read", "Swap.Request", "Swap.Operate"]) => {
    const authorization = JSON.stringify(Array.isArray(by) ? { permissions: by } : by);
    return raw(method, path, body, { authorization });
  };
  const raw: Scenario["raw"] = async (method, path, body, headers) => {
    const pending = fetch(`${app.host.origin}/api/${path}`, {
      method,
      headers: { "content-type": "application/json", ...headers },
      ...(body === undefined
        ? {}
        : { body: body instanceof Uint8Array ? Buffer.from(body) : JSON.stringify(body) }),
    });
    const reply = await whileRunning(app, pending);
    const text = await reply.text();
    const answer = parsed(text, reply.headers);
    expectOneFormat(answer, "api");
    expectDeclaredReply(routeAt(method, path), { status: reply.status, body: answer });
    return { status: reply.status, body: answer, headers: reply.headers };
  };
  return Object.assign(scenario, {
    sites,
    clock,
    arm,
    app,
    published,
    news,
    logged,
    http,
    raw,
    async request(over: Record<string, unknown> = {}) {
      const requestId = `r-${++count}`;
      const { status, body } = await http("POST", "promotions", {
        requestId,
        pair: "shop",
        promote: "green",
        reason: "test",
        ...over,
      });
      if (status >= 400) throw new Error(JSON.stringify(body));
      await app.settle();
      return (over["requestId"] as string | undefined) ?? requestId;
    },
    advance: ({
      seconds = 0,
      minutes = 0,
      hours = 0,
    }: {
      seconds?: number;
      minutes?: number;
      hours?: number;
    }) => app.advance(((hours * 60 + minutes) * 60 + seconds) * 1000),
    promotion: (requestId: string) => entity<PromotionState>("promotion", requestId),
    edit(content: object) {
      const parsed = parsePairsFile(JSON.parse(JSON.stringify(content)));
      if (parsed.issues.length > 0) throw new Error(JSON.stringify(parsed.issues));
      file = loaded(parsed);
    },
    serviceId: serviceIn,
    key: policy.key,
    pair: (key = policy.key) => entity<PairState>("pair", key),
    puts: () => arm.journal.entries.filter((entry) => entry.method === "PUT").length,
    effects: () => arm.journal.entries.filter((entry) => entry.effect === "swapped").length,
    holder: () => (arm.service("shop-blue")?.slot === "Production" ? ("blue" as const) : ("green" as const)),
    outcomeOf: (requestId: string) =>
      published.find((event) => event.data.requestId === requestId)?.data.outcome,
    stop: async () => {
      await app.stop();
      arm.close();
    },
  });
}

/** Parses JSON; returns JSON Lines as text. */
function parsed(text: string, headers: Headers): unknown {
  if (text === "") return undefined;
  return headers.get("content-type") === "application/x-ndjson" ? text : JSON.parse(text);
}
