import type { CloudServicesGetOptionalParams } from "@azure/arm-compute";
import type {
  InstanceList,
  InstanceObservation,
  PermissionsObservation,
  PublicIpObservation,
  Read,
  ServiceObservation,
} from "../../domain/cloud-service/observation";
import type { Slot } from "../../domain/kernel/swap-request";
import type { OperationAddress, OperationRead, SwapReply } from "../../domain/swap/attempt";
import type { CloudServices } from "../../ports/cloud-services";
import type { Log } from "../../ports/log";
import { withinSignal } from "../within-signal";
import { ArmClient, type ArmClientOptions } from "./arm-client";
import { parseServiceId, subscriptionOf } from "../../contracts/arm-id";
import { readOperationReply, readSwapReply } from "./parse-operation";
import { parsePermissions } from "./parse-permissions";
import { NO_SLOT, parseInstance, parsePublicIp, parseService, parseSlot } from "./parse-service";
import { failedRead, jsonOf, listMember, member, type RawReply, remainingReads, textMember } from "./replies";

export interface CloudServicesOptions extends ArmClientOptions {
  readonly clock: { now(): number };
  readonly digest: (text: string) => string;
  /** Default 30 s. */
  readonly readTimeoutMs?: number;
}

type ReadOptions = Pick<CloudServicesGetOptionalParams, "abortSignal" | "onResponse">;

const NETWORK_API = "2025-05-01";
/** https://learn.microsoft.com/rest/api/authorization/permissions/list-for-resource */
const AUTHORIZATION_API = "2022-04-01";
const MOST_PAGES = 50;

/**
 * Cloud Services (extended support) through Azure Resource Manager. Verdicts only name a fault; with `loggingTo`, the log
 * has its causes too, such as the reason of a failed sign-in.
 */
export function createCloudServices(
  options: CloudServicesOptions,
): CloudServices & { loggingTo(log: Pick<Log, "warn">): CloudServices } {
  const arm = new ArmClient(options);
  const bound = (log?: Pick<Log, "warn">) => new ArmCloudServices(options, arm, log);
  return Object.assign(bound(), { loggingTo: bound });
}

class ArmCloudServices implements CloudServices {
  readonly #arm: ArmClient;
  readonly #options: CloudServicesOptions;
  readonly #log: Pick<Log, "warn"> | undefined;
  readonly #timeout: number;

  constructor(options: CloudServicesOptions, arm: ArmClient, log: Pick<Log, "warn"> | undefined) {
    this.#arm = arm;
    this.#log = log;
    this.#options = options;
    this.#timeout = options.readTimeoutMs ?? 30_000;
  }

  async readService(id: string, versionTag: string): Promise<Read<ServiceObservation>> {
    const { subscription, group, name } = parseServiceId(id);
    const read = await this.#read(async (options) => {
      const client = await this.#arm.compute(subscription);
      await client.cloudServices.get(group, name, options);
    });
    if (read.kind !== "found") return read;
    const { digest } = this.#options;
    const service = parseService(jsonOf(read.value), { id, now: this.#now(), versionTag, digest });
    return service.slot === undefined ? this.#completeSlot(service, id) : { kind: "found", value: service };
  }

  async readInstances(id: string): Promise<Read<InstanceList>> {
    const { subscription, group, name } = parseServiceId(id);
    const pages: RawReply[] = [];
    const read = await this.#read(async (options, consumed) => {
      const client = await this.#arm.compute(subscription);
      const onResponse: NonNullable<ReadOptions["onResponse"]> = (raw, flat) => {
        pages.push(raw);
        options.onResponse?.(raw, flat);
      };
      const list = client.cloudServiceRoleInstances.list(group, name, {
        ...options,
        onResponse,
        expand: "instanceView",
      });
      for await (const _page of list.byPage()) {
        consumed();
        if (pages.length >= MOST_PAGES) break;
      }
    });
    if (read.kind !== "found") return read;
    const items = pages.map((page) => listMember(jsonOf(page), "value"));
    const parsed = items.flatMap((page) => page ?? []).map(parseInstance);
    const budgets = pages.flatMap((page) => remainingReads(page) ?? []);
    const findings = [
      ...(items.every((page) => page !== undefined) ? [] : ["the instance list has no value"]),
      ...(parsed.every((instance) => instance !== undefined) ? [] : ["an instance has no name"]),
      ...(pages.length >= MOST_PAGES ? ["the instance list has too many pages"] : []),
    ];
    const instances = parsed.filter((instance): instance is InstanceObservation => instance !== undefined);
    const value = {
      serviceId: id,
      observedAt: this.#now(),
      instances,
      remainingReads: budgets.length > 0 ? Math.min(...budgets) : undefined,
      findings,
    };
    return { kind: "found", value };
  }

  async readPublicIp(id: string): Promise<Read<PublicIpObservation>> {
    const read = await this.#attempt(() => this.#arm.send("GET", id, NETWORK_API, this.#timeout));
    if (read.kind !== "found") return read;
    return { kind: "found", value: parsePublicIp(jsonOf(read.value), id, this.#now()) };
  }

  async readPermissions(id: string): Promise<Read<PermissionsObservation>> {
    const path = `${id}/providers/Microsoft.Authorization/permissions`;
    const read = await this.#attempt(() => this.#arm.send("GET", path, AUTHORIZATION_API, this.#timeout));
    if (read.kind !== "found") return read;
    return { kind: "found", value: parsePermissions(jsonOf(read.value), id, this.#now()) };
  }

  async requestSwap(id: string, slot: Slot, timeoutMs: number): Promise<SwapReply> {
    parseServiceId(id);
    const slotType = slot === "production" ? "Production" : "Staging";
    let reply: RawReply;
    try {
      reply = await this.#arm.send("PUT", slotPath(id), NETWORK_API, timeoutMs, { properties: { slotType } });
    } catch (fault) {
      return { kind: "unknown", detail: this.#describe(fault) };
    }
    return readSwapReply(reply, this.#arm.origin, this.#now());
  }

  async readOperation(address: OperationAddress): Promise<OperationRead> {
    const { url } = address;
    if (!URL.canParse(url)) return { kind: "unreadable", detail: "the operation's URL is not valid" };
    const target = new URL(url);
    if (target.origin !== this.#arm.origin)
      return { kind: "unreadable", detail: "the operation is on another host" };
    try {
      const subscription = subscriptionOf(target.pathname);
      const reply = await this.#arm.sendTo("GET", versioned(url, target), subscription, this.#timeout);
      return readOperationReply(reply, address, this.#arm.origin, this.#now());
    } catch (fault) {
      return { kind: "unreadable", detail: this.#describe(fault) };
    }
  }

  /** Reads the slot resource. After a transient fault the service counts as unread, since it would be refused without a slot. */
  async #completeSlot(service: ServiceObservation, id: string): Promise<Read<ServiceObservation>> {
    const read = await this.#attempt(() => this.#arm.send("GET", slotPath(id), NETWORK_API, this.#timeout));
    if (read.kind === "throttled" || read.kind === "unavailable") return read;
    const properties = read.kind === "found" ? member(jsonOf(read.value), "properties") : undefined;
    const slot = parseSlot(textMember(properties, "slotType"));
    if (slot === undefined) return { kind: "found", value: service };
    const findings = service.findings.filter((finding) => finding !== NO_SLOT);
    return { kind: "found", value: { ...service, slot, findings } };
  }

  /**
   * Runs one SDK call and returns its last raw reply. A call with several requests marks each reply as consumed, so that
   * a later request without a reply does not return the previous one.
   */
  async #read(call: (options: ReadOptions, consumed: () => void) => Promise<void>): Promise<Read<RawReply>> {
    let last: RawReply | undefined;
    let open: RawReply | undefined;
    const signal = AbortSignal.timeout(this.#timeout);
    const options: ReadOptions = {
      abortSignal: signal,
      onResponse: (raw) => {
        last = raw;
        open = raw;
      },
    };
    const consumed = () => {
      open = undefined;
    };
    return this.#attempt(async () => {
      try {
        await withinSignal(signal, call(options, consumed));
      } catch (fault) {
        // The SDK throws for error statuses and undecodable bodies. The raw reply tells them apart.
        if (open === undefined) throw fault;
      }
      if (last === undefined) throw new Error("the SDK returned no reply");
      return last;
    });
  }

  async #attempt(send: () => Promise<RawReply>): Promise<Read<RawReply>> {
    let reply: RawReply;
    try {
      reply = await send();
    } catch (fault) {
      const response = (fault as { response?: RawReply }).response;
      return response
        ? failedRead(response, this.#now())
        : { kind: "unavailable", detail: this.#describe(fault) };
    }
    if (reply.status !== 200) return failedRead(reply, this.#now());
    const json = jsonOf(reply);
    if (typeof json === "object" && json !== null) return { kind: "found", value: reply };
    return { kind: "unavailable", detail: "the reply is too large or not a JSON object" };
  }

  #describe(fault: unknown): string {
    this.#log?.warn("a call of Resource Manager got no reply", { fault });
    return describeFault(fault);
  }

  #now(): number {
    return this.#options.clock.now();
  }
}

function slotPath(id: string): string {
  return `${id}/providers/Microsoft.Network/cloudServiceSlots/swap`;
}

/** Adds the required API version. The rest of the URL is signed and must stay unchanged. */
function versioned(url: string, { search, searchParams }: URL): string {
  if (searchParams.has("api-version")) return url;
  return `${url}${search === "" ? "?" : "&"}api-version=${NETWORK_API}`;
}

/** Describes a fault without any content of request or reply. */
function describeFault(fault: unknown): string {
  const { name, code } = fault as { name?: string; code?: string };
  if (name === "AbortError" || name === "TimeoutError") return "no reply in time";
  return `the connection failed (${code ?? name ?? "unknown fault"})`;
}
