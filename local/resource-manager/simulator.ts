import { randomUUID } from "node:crypto";
import { error, ok, operationOutcome, slotTypeOf, statusReply, type ArmReply } from "./arm-replies";
import { Faults, type FaultAnswer } from "./faults";
import { Journal } from "./journal";
import type { Scenario } from "./scenario";
import {
  exchange,
  initialState,
  instanceStateOf,
  type Operation,
  type ServiceState,
  type WorldState,
} from "./state";
import { instanceBody, publicIpBody, serviceBody, serviceId, summaryBody } from "./wire-shapes";

export interface ResourceManagerClock {
  now(): number;
  setTimer(at: number, fire: () => void): () => void;
}

export interface ArmRequest {
  readonly method: string;
  readonly url: string;
  readonly body: string;
  /** Scheme, host and port the caller asked, for operation URLs. */
  readonly origin: string;
}

/** What reaches the caller: a reply, a connection that breaks, or nothing at all. */
export type ArmOutcome =
  | { readonly kind: "reply"; readonly reply: ArmReply }
  | { readonly kind: "reset" }
  | { readonly kind: "hang" };

const READS = 250;

/** Pretends to be Azure Resource Manager for cloud services: state, operations, faults, journal. No sockets. */
export class Simulator {
  readonly journal: Journal;
  readonly faults = new Faults();
  readonly state: WorldState;
  readonly #scenario: Scenario;
  readonly #clock: ResourceManagerClock;
  readonly speed: number;
  readonly #timers: (() => void)[] = [];
  #reads = READS;

  constructor(scenario: Scenario, clock: ResourceManagerClock, speed: number, dataDirectory?: string) {
    this.#scenario = scenario;
    this.#clock = clock;
    this.speed = speed;
    this.journal = new Journal(dataDirectory);
    this.state = this.journal.loadState() ?? initialState(scenario);
    this.journal.saveState(this.state);
    for (const operation of this.state.operations) if (!operation.applied) this.#arm(operation);
  }

  get subscription(): string {
    return this.#scenario.subscription;
  }

  get gapMs(): number {
    return this.#scenario.swap.gapSeconds * 1000;
  }

  service(name: string): ServiceState | undefined {
    return this.state.services[name.toLowerCase()];
  }

  instanceState(service: ServiceState, instance: string): string {
    return instanceStateOf(service, instance, this.#clock.now(), this.speed);
  }

  /** Whether the virtual IPs of a service answer to nobody just now: shortly before a swap takes effect. */
  isInGap(service: ServiceState): boolean {
    const now = this.#clock.now();
    const names = [service.name, service.swappable].map((name) => name?.toLowerCase());
    return this.state.operations.some(
      (op) =>
        !op.applied &&
        op.withEffect &&
        names.includes(op.service.toLowerCase()) &&
        now >= op.dueAt - this.gapMs,
    );
  }

  /** Somebody swaps in the portal: at once, and not through the journalled API. */
  swapByHand(name: string): boolean {
    const service = this.service(name);
    const partner = service?.swappable === undefined ? undefined : this.service(service.swappable);
    if (!service || !partner) return false;
    exchange(service, partner);
    this.journal.saveState(this.state);
    return true;
  }

  save(): void {
    this.journal.saveState(this.state);
  }

  close(): void {
    for (const cancel of this.#timers) cancel();
    this.journal.close();
  }

  handle(request: ArmRequest): ArmOutcome {
    const entry = this.journal.add(request.method, request.url, this.#clock.now());
    const fault = this.faults.strike(request.method, request.url);
    if (fault?.kind === "hang") return { kind: "hang" };
    if (fault?.kind === "reset-before") return { kind: "reset" };
    const reply = fault?.kind === "status" ? statusReply(fault) : this.#answer(request, entry, fault);
    if (fault?.kind === "reset-after") return { kind: "reset" };
    this.journal.answered(entry, reply.status);
    return {
      kind: "reply",
      reply: { ...reply, headers: { ...this.#commonHeaders(request.method), ...reply.headers } },
    };
  }

  #commonHeaders(method: string): Record<string, string> {
    if (method === "GET") this.#reads = this.#reads > 50 ? this.#reads - 1 : READS;
    return {
      "x-ms-request-id": randomUUID(),
      "x-ms-correlation-request-id": randomUUID(),
      ...(method === "GET" ? { "x-ms-ratelimit-remaining-subscription-reads": String(this.#reads) } : {}),
    };
  }

  #answer(request: ArmRequest, entry: number, fault: FaultAnswer | undefined): ArmReply {
    const url = new URL(request.url, request.origin);
    if (!/^\d{4}-\d{2}-\d{2}(-preview)?$/.test(url.searchParams.get("api-version") ?? "")) {
      return error(400, "MissingApiVersionParameter", "The api-version query parameter is required.");
    }
    const path = url.pathname;
    const operation =
      /\/providers\/Microsoft\.Network\/locations\/[^/]+\/operation(?:s|Results)\/([^/]+)$/i.exec(path);
    if (operation?.[1]) return this.#operation(operation[1], path);
    const ip = /\/resourceGroups\/([^/]+)\/providers\/Microsoft\.Network\/publicIPAddresses\/([^/]+)$/i.exec(
      path,
    );
    if (ip?.[2]) return this.#publicIp(ip[2]);
    const service =
      /\/resourceGroups\/([^/]+)\/providers\/Microsoft\.Compute\/cloudServices\/([^/]+)(\/.*)?$/i.exec(path);
    if (!service?.[1] || !service[2])
      return error(404, "InvalidResourceType", `No resource of this kind here: ${path}`);
    const found = this.service(service[2]);
    if (found?.group.toLowerCase() !== decodeURIComponent(service[1]).toLowerCase()) {
      return error(
        404,
        "ResourceNotFound",
        `The Resource 'Microsoft.Compute/cloudServices/${service[2]}' was not found.`,
      );
    }
    return this.#ofService(found, (service[3] ?? "").toLowerCase(), url, request, entry, fault);
  }

  #ofService(
    service: ServiceState,
    rest: string,
    url: URL,
    request: ArmRequest,
    entry: number,
    fault: FaultAnswer | undefined,
  ): ArmReply {
    const now = this.#clock.now();
    const slots = "/providers/microsoft.network/cloudserviceslots";
    if (rest === `${slots}/swap` && request.method === "PUT")
      return this.#swap(service, request, entry, fault);
    if (request.method !== "GET")
      return error(405, "MethodNotAllowed", "This resource cannot be changed here.");
    const expanded = /instanceview/i.test(url.searchParams.get("$expand") ?? "");
    switch (rest) {
      case "":
        return ok(serviceBody(this.subscription, this.state, service));
      case "/instanceview":
        return ok(summaryBody(service, now, this.speed));
      case "/roles":
        return ok({
          value: service.roles.map(({ name, capacity }) => ({
            name,
            sku: { name: "Standard_D1_v2", capacity },
          })),
        });
      case "/roleinstances":
        this.#beginScript(service);
        return ok({
          value: service.instances.map(({ name }) => instanceBody(service, name, expanded, now, this.speed)),
        });
      case slots:
        return ok({ value: [this.#slot(service)] });
      case `${slots}/swap`:
        return ok(this.#slot(service));
      default:
        return error(404, "ResourceNotFound", `There is no ${rest} of ${service.name}.`);
    }
  }

  #slot(service: ServiceState): object {
    const id = `${serviceId(this.subscription, service)}/providers/Microsoft.Network/cloudServiceSlots/swap`;
    return {
      id,
      name: "swap",
      type: "Microsoft.Network/cloudServiceSlots",
      properties: { slotType: service.slot },
    };
  }

  #beginScript(service: ServiceState): void {
    if (service.script.length === 0 || service.scriptFrom !== undefined) return;
    service.scriptFrom = this.#clock.now();
    this.journal.saveState(this.state);
  }

  #publicIp(name: string): ArmReply {
    const ip = this.state.publicIps[name.toLowerCase()];
    if (!ip)
      return error(
        404,
        "ResourceNotFound",
        `The Resource 'Microsoft.Network/publicIPAddresses/${name}' was not found.`,
      );
    return ok(publicIpBody(this.subscription, this.state, ip));
  }

  #swap(service: ServiceState, request: ArmRequest, entry: number, fault: FaultAnswer | undefined): ArmReply {
    const target = slotTypeOf(request.body);
    if (!target)
      return error(400, "InvalidRequestContent", "properties.slotType must be Production or Staging.");
    const partner = service.swappable === undefined ? undefined : this.service(service.swappable);
    if (!partner)
      return error(
        400,
        "SwappableCloudServicePropertyNotSet",
        `${service.name} has no swappable cloud service.`,
      );
    const names = [service.name, partner.name];
    if (this.state.operations.some((op) => !op.applied && names.includes(op.service))) {
      return error(429, "RetryableErrorDueToAnotherOperation", "Another operation is in progress.", {
        "retry-after": "5",
      });
    }
    const held = service.slot === target;
    const { repeatedPut, operationSeconds, requireRunning } = this.#scenario.swap;
    if (held && repeatedPut === "error") return error(409, "SlotAlreadyHeld", "The slot is held already.");
    const now = this.#clock.now();
    const running = [service, partner].every((s) =>
      s.instances.every((i) => this.instanceState(s, i.name) === "RoleStateStarted"),
    );
    const verdict = operationOutcome(fault, requireRunning && !running);
    const operation: Operation = {
      id: randomUUID(),
      service: service.name,
      target,
      startedAt: now,
      dueAt: now + operationSeconds * 1000,
      ...verdict,
      withEffect:
        verdict.outcome === "Succeeded" && fault?.kind !== "no-effect" && (!held || repeatedPut === "toggle"),
      entry,
      lost: fault?.kind === "operation-lost",
      applied: false,
    };
    this.state.operations.push(operation);
    this.journal.saveState(this.state);
    this.#arm(operation);
    return this.#accepted(request, service, operation);
  }

  #accepted({ origin }: ArmRequest, { location }: ServiceState, { id }: Operation): ArmReply {
    const base = `${origin}/subscriptions/${this.subscription}/providers/Microsoft.Network/locations/${location}`;
    return {
      status: 202,
      headers: {
        "azure-asyncoperation": `${base}/operations/${id}?api-version=2025-05-01`,
        location: `${base}/operationResults/${id}?api-version=2025-05-01`,
        "retry-after": String(this.#scenario.swap.retryAfterSeconds),
      },
    };
  }

  #arm(operation: Operation): void {
    this.#timers.push(
      this.#clock.setTimer(operation.dueAt, () => {
        this.#finish(operation);
      }),
    );
  }

  #finish(operation: Operation): void {
    if (operation.applied) return;
    operation.applied = true;
    const service = this.service(operation.service);
    const partner = service?.swappable === undefined ? undefined : this.service(service.swappable);
    if (operation.withEffect && service && partner) {
      // Journal before state: a kill in between is seen as an effect and repeated as none, never the other way round.
      this.journal.tookEffect(operation.entry, this.#clock.now());
      exchange(service, partner);
    }
    this.journal.saveState(this.state);
  }

  #operation(id: string, path: string): ArmReply {
    const operation = this.state.operations.find((op) => op.id === id);
    if (!operation || operation.lost) return error(404, "OperationNotFound", `Operation ${id} not found.`);
    if (/operationResults/i.test(path)) return { status: operation.applied ? 200 : 202, headers: {} };
    const status = operation.applied ? operation.outcome : "InProgress";
    const failed = operation.applied && operation.error ? { error: operation.error } : {};
    const retry = operation.applied ? {} : { "retry-after": String(this.#scenario.swap.retryAfterSeconds) };
    return {
      status: 200,
      headers: retry,
      body: { name: id, status, startTime: new Date(operation.startedAt).toISOString(), ...failed },
    };
  }
}
