import type { HttpClient, PipelineRequest, PipelineResponse } from "@azure/core-rest-pipeline";
import {
  createSimulator,
  httpClientOf,
  parseFault,
  parseServiceFault,
  type Simulator,
} from "../../../local/resource-manager";
import type { Side } from "../../../src/domain/kernel/swap-request";
import type { CloudServices } from "../../../src/ports/cloud-services";
import type { VirtualClock } from "../../support/virtual-clock";
import type { UserAction, WorldPlan } from "../plans/world-plan";
import { rentCloudServices } from "./clients";
import { errandUnderWay, type SimulatedHost } from "./host";
import { serviceIdOf, SUBSCRIPTION } from "./pair-ids";
import type { Timeline } from "./timeline";

/** How long a list of instances is fresh before a PUT: the claim window. */
const FRESH_MS = 60_000;
/** Twice the platform's time for an operation. */
const ENDLESS_MS = 30 * 60_000;

interface ListSeen {
  readonly at: number;
  readonly unready: string | undefined;
}

/** The simulated Azure of one world: Resource Manager in process, and a record of every PUT, read and effect. */
export class Azure {
  readonly simulator: Simulator;
  /** Called for every effect of the app's PUTs, after it was recorded. */
  onEffect?: (pair: string, put: number) => void;
  readonly #clock: VirtualClock;
  readonly #timeline: Timeline;
  /** The app's PUTs, by number: their journal entries. */
  readonly #puts: {
    readonly entry: number;
    readonly pair: string;
    readonly at: number;
    over: boolean;
    failed?: boolean;
  }[] = [];
  #effectsSeen = 0;
  readonly #lists = new Map<string, ListSeen>();

  constructor(plan: WorldPlan, clock: VirtualClock, timeline: Timeline) {
    this.#clock = clock;
    this.#timeline = timeline;
    this.simulator = createSimulator({ scenario: scenarioOf(plan), clock });
  }

  serviceId(pair: string, side: Side): string {
    return serviceIdOf(pair, side);
  }

  /** Records effects and failed operations since the last call. */
  observe(): void {
    const { effects } = this.simulator.journal;
    while (this.#effectsSeen < effects.length) {
      const { entry, production, ready } = effects[this.#effectsSeen++] ?? {};
      const side: Side = production?.endsWith("-green") ? "green" : "blue";
      const put = this.#puts.findIndex((each) => each.entry === entry);
      const pair = production?.replace(/-(blue|green)$/, "") ?? "?";
      this.#timeline.add({
        kind: "effect",
        pair,
        production: side,
        put: entry === undefined || put < 0 ? undefined : put,
        unready: Object.entries(ready ?? {}).flatMap(([name, { started, expected }]) =>
          started < expected ? [`${name} ${started}/${expected}`] : [],
        ),
      });
      if (put >= 0) this.onEffect?.(pair, put);
    }
    for (const entry of this.simulator.failed()) {
      const put = this.#puts.findIndex((each) => each.entry === entry && !each.failed);
      const own = this.#puts[put];
      if (!own) continue;
      own.failed = true;
      this.#timeline.add({ kind: "failed", put });
    }
  }

  /** The side in production. */
  holder(pair: string): Side {
    this.observe();
    const last = this.#timeline
      .of("effect")
      .filter((e) => e.pair === pair)
      .at(-1);
    return last?.production ?? "blue";
  }

  version(pair: string, side: Side): string {
    return this.simulator.service(`${pair}-${side}`)?.version ?? "none";
  }

  /** The versions of both services of a pair, "blue=v1 green=v2". */
  versions(pair: string): string {
    return (["blue", "green"] as const).map((side) => `${side}=${this.version(pair, side)}`).join(" ");
  }

  /** Instances of both services that do not run now. */
  unready(pair: string): string[] {
    return (["blue", "green"] as const).flatMap((side) => {
      const service = this.simulator.service(`${pair}-${side}`);
      if (!service) return [`${side} is gone`];
      return service.instances
        .filter((each) => this.simulator.instanceState(service, each.name) !== "RoleStateStarted")
        .map((each) => `${side}/${each.name}`);
    });
  }

  /** Adds a fault of Resource Manager's calls, or something that happens to a service without the app. */
  disturb(userAction: Extract<UserAction, { kind: "service-fault" | "arm-fault" }>): void {
    if (userAction.kind === "arm-fault") {
      const fault = parseFault(userAction.fault);
      if (Array.isArray(fault)) throw new Error(`the plan's fault is wrong: ${fault.join(", ")}`);
      this.simulator.faults.add(fault);
      return;
    }
    const serviceFault = parseServiceFault(userAction.serviceFault);
    if (Array.isArray(serviceFault)) throw new Error(`the plan's fault is wrong: ${serviceFault.join(", ")}`);
    this.simulator.addServiceFault(serviceFault);
  }

  /** Resource Manager as one host reaches it; a dead host sends and receives nothing. */
  reachedFrom(number: number, host: SimulatedHost, readFails: () => boolean): CloudServices {
    return rentCloudServices(number, { client: this.#transport(host, readFails), now: () => host.now() });
  }

  #transport(host: SimulatedHost, readFails: () => boolean): HttpClient {
    const inner = httpClientOf(this.simulator);
    return {
      sendRequest: (request) =>
        host.gate(() =>
          request.method === "PUT"
            ? this.#put(host, request, inner)
            : this.#get(host, request, inner, readFails),
        ),
    };
  }

  async #put(host: SimulatedHost, sent: PipelineRequest, inner: HttpClient): Promise<PipelineResponse> {
    const { pair, side } = pairOf(sent.url);
    const { request, execution, startedAt } = errandUnderWay();
    await host.pass("PUT before");
    this.observe();
    const { length: entry } = this.simulator.journal.entries;
    const put = this.#puts.push({ entry, pair, at: this.#clock.now(), over: false }) - 1;
    const during = this.#underWay(pair, put);
    const seen = (["blue", "green"] as const).map((each) => this.#freshness(host, pair, each));
    this.#timeline.add({
      kind: "put",
      put,
      request,
      pair,
      side,
      host: host.id,
      execution,
      sinceMs: this.#clock.now() - startedAt,
      evidence: seen.join(", "),
      during,
      unready: this.unready(pair),
    });
    let how = "reset";
    let retryAfterMs: number | undefined;
    try {
      const reply = await inner.sendRequest(sent);
      how = String(reply.status);
      retryAfterMs = Number(reply.headers.get("retry-after") ?? NaN) * 1_000;
      return reply;
    } finally {
      const own = this.#puts[put];
      if (own) own.over = true;
      this.#timeline.add({
        ...{ kind: "put-over", put, how },
        ...(retryAfterMs === undefined || Number.isNaN(retryAfterMs) ? {} : { retryAfterMs }),
      });
      await host.pass("PUT after");
    }
  }

  /** Whether a PUT of the app has no answer yet, or its operation still runs; for a limited time if it never ends. */
  isUnderWay(pair: string): boolean {
    const now = this.#clock.now();
    return this.#underWay(pair, -1).some((n) => now - (this.#puts[n]?.at ?? now) < ENDLESS_MS);
  }

  /** Earlier PUTs of a pair without an answer, or whose operation still runs. */
  #underWay(pair: string, except: number): number[] {
    const running = this.simulator.underWay();
    return this.#puts.flatMap((put, n) =>
      n !== except && put.pair === pair && (!put.over || running.includes(put.entry)) ? [n] : [],
    );
  }

  async #get(
    host: SimulatedHost,
    request: PipelineRequest,
    inner: HttpClient,
    readFails: () => boolean,
  ): Promise<PipelineResponse> {
    this.observe();
    if (readFails()) throw Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
    const reply = await inner.sendRequest(request);
    this.#noteFailure(host, request.url, reply);
    if (reply.status === 200) this.#note(host, new URL(request.url).pathname, reply.bodyAsText ?? "");
    return reply;
  }

  #noteFailure(host: SimulatedHost, url: string, { status, bodyAsText }: PipelineResponse): void {
    const { activity, request, startedAt } = errandUnderWay();
    if (activity !== "followOperation") return;
    const hasFailed = url.includes("/operationResults/")
      ? status >= 400 && status < 500 && ![401, 403, 404, 408, 429].includes(status)
      : status === 200 && /"status":"(failed|cancell?ed)"/i.test(bodyAsText ?? "");
    const sinceMs = this.#clock.now() - startedAt;
    if (hasFailed) this.#timeline.add({ kind: "operation-failed", host: host.id, request, sinceMs });
  }

  #note(host: SimulatedHost, path: string, body: string): void {
    const match =
      /\/cloudServices\/([^/]+)-(blue|green)(\/roleInstances|\/.*\/cloudServiceSlots\/swap)?$/i.exec(path);
    if (!match) return;
    const [, pair = "", side = "", part = ""] = match;
    try {
      const json = JSON.parse(body) as ServiceBody & InstancesBody & SlotBody;
      if (part.endsWith("swap")) this.#noteSlot(host, pair, side as Side, json);
      else if (part) this.#noteInstances(host, pair, side as Side, json);
      else {
        const slot = json.properties?.networkProfile?.slotType ?? "none";
        const state = json.properties?.provisioningState ?? "none";
        const version = json.tags?.version ?? "none";
        const { request, activity, execution } = errandUnderWay();
        const seen = { pair, side: side as Side, slot, state, version, request, activity, execution };
        this.#timeline.add({ kind: "read", host: host.id, ...seen });
      }
    } catch {
      // What is no JSON has shown nobody anything.
    }
  }

  /** The slot of a service whose reply lacks it is read at the slot's address; both replies are one read. */
  #noteSlot(host: SimulatedHost, pair: string, side: Side, { properties }: SlotBody): void {
    const { execution } = errandUnderWay();
    const service = this.#timeline
      .of("read")
      .filter((e) => e.host === host.id && e.execution === execution && e.pair === pair && e.side === side)
      .at(-1);
    if (!service || !properties?.slotType) return;
    const { n: _n, at: _at, ...read } = service;
    this.#timeline.add({ ...read, slot: properties.slotType });
  }

  #noteInstances(host: SimulatedHost, pair: string, side: Side, { value }: InstancesBody): void {
    const roles = this.simulator.service(`${pair}-${side}`)?.roles ?? [];
    const expected = roles.reduce((sum, role) => sum + role.capacity, 0);
    const started = (value ?? []).filter((instance) =>
      instance.properties?.instanceView?.statuses?.some((s) =>
        /^RoleState\/RoleStateStarted$/i.test(s.code ?? ""),
      ),
    ).length;
    const unready = started >= expected && expected > 0 ? undefined : `${started} of ${expected} started`;
    const { request, activity, execution } = errandUnderWay();
    this.#timeline.add({ kind: "listed", host: host.id, pair, side, unready, request, activity, execution });
    this.#lists.set(`${host.id} ${pair} ${side}`, { at: this.#clock.now(), unready });
  }

  #freshness(host: SimulatedHost, pair: string, side: Side): string {
    const seen = this.#lists.get(`${host.id} ${pair} ${side}`);
    if (!seen) return `${side}: never listed`;
    const age = this.#clock.now() - seen.at;
    if (age >= FRESH_MS) return `${side}: listed ${age / 1000} s ago`;
    return `${side}: ${seen.unready ?? "ready"}`;
  }
}

interface ServiceBody {
  readonly tags?: { readonly version?: string };
  readonly properties?: {
    readonly provisioningState?: string;
    readonly networkProfile?: { readonly slotType?: string };
  };
}

interface SlotBody {
  readonly properties?: { readonly slotType?: string };
}

interface InstancesBody {
  readonly value?: readonly {
    readonly properties?: {
      readonly instanceView?: { readonly statuses?: readonly { readonly code?: string }[] };
    };
  }[];
}

function pairOf(url: string): { pair: string; side: Side } {
  const match = /\/cloudServices\/([^/]+)-(blue|green)\//i.exec(url);
  return { pair: match?.[1] ?? "?", side: (match?.[2] ?? "blue") as Side };
}

function wireOf({ wire }: WorldPlan): object {
  if (!wire) return {};
  const { errors, throttling, permissions } = wire;
  return { wire: { errors }, throttling, permissions };
}

function scenarioOf(plan: WorldPlan): object {
  const service = (pair: string, side: Side) => ({
    name: `${pair}-${side}`,
    group: `${pair}-rg`,
    version: side === "blue" ? "v1" : "v2",
    slot: side === "blue" ? "Production" : "Staging",
    roles: [{ name: "WebRole", capacity: 2, web: true }],
    loadBalancers: [
      {
        name: `lb-${pair}-${side}`,
        frontends: [{ name: "fe", publicIp: `ip-${pair}-${side === "blue" ? "production" : "staging"}` }],
      },
    ],
  });
  return {
    subscription: SUBSCRIPTION,
    swap: {
      operationSeconds: plan.operationSeconds,
      repeatedPut: plan.repeatedPut,
      requireRunning: false,
      operationUrls: plan.wire?.operationUrls,
    },
    ...wireOf(plan),
    pairs: plan.pairs.map((pair) => ({
      name: pair,
      blue: service(pair, "blue"),
      green: service(pair, "green"),
      publicIps: [
        { name: `ip-${pair}-production`, address: "203.0.113.10", label: pair },
        { name: `ip-${pair}-staging`, address: "203.0.113.11", label: `${pair}-staging` },
      ],
    })),
  };
}
