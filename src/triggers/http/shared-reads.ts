import type { Read } from "../../domain/cloud-service/observation";
import type { PairKey } from "../../domain/kernel/pair-key";
import type { PairPolicy } from "../../domain/policy/policy";
import type { CloudServices } from "../../ports/cloud-services";
import type { Ports } from "../../ports/ports";
import { Problem } from "./problem";
import { createReadBudget, type ReadBudget } from "./read-budget";

/** What to read of a pair: services and instances, or everything a plan needs. */
export type ReadKind = "services" | "plan";

/** One check of a pair, shared by readers: every read is made once. */
export interface Check {
  /** When its reads began, milliseconds since the epoch. */
  readonly readAt: number;
  /** Replaces the port: each read is made once, and every reader gets the same answer. */
  readonly cloudServices: CloudServices;
}

/**
 * Reads of Resource Manager for GET pairs and POST plans in one process. Runs use the port itself and are not
 * limited.
 */
export interface SharedReads {
  /**
   * A check at most 10 s old, or older while Resource Manager asks to wait. When the readers' budget is spent, GET
   * pairs gets the last check, however old. Without one, and for plans, it throws a 429.
   */
  at(policy: PairPolicy, kind: ReadKind, ports: Ports): Check;
}

const FRESH_MS = 10_000;
/** Longer than any read may take: a check that has not ended by then is not shared. */
const LONGEST_CHECK_MS = 60_000;
/** The longest that readers wait, whatever Retry-After says. */
const LONGEST_REST_MS = 300_000;
/** Reads of a check of a pair with one public IP per service. Further reads are counted when made. */
const costs: Readonly<Record<ReadKind, number>> = { services: 6, plan: 10 };
/** Dashboards leave enough for one plan, because a person waits for that. */
const keeps: Readonly<Record<ReadKind, number>> = { services: costs.plan, plan: 0 };

export function createSharedReads(budget: ReadBudget = createReadBudget()): SharedReads {
  const checks: Record<ReadKind, Map<PairKey, SharedRead>> = { services: new Map(), plan: new Map() };
  return {
    at({ key }, kind, ports) {
      const now = ports.clock.monotonic();
      // A plan's check includes what a services check needs.
      const kept = [checks.plan.get(key), kind === "services" ? checks.services.get(key) : undefined];
      const known = kept.filter((check) => check !== undefined && !check.isSpoilt) as SharedRead[];
      const fresh = known.find((check) => check.isFresh(now));
      if (fresh) return fresh;
      const wait = budget.take(costs[kind], keeps[kind], now);
      if (wait === 0) {
        const check = new SharedRead(ports, costs[kind], budget);
        checks[kind].set(key, check);
        return check;
      }
      const [last] = known.sort((a, b) => b.readAt - a.readAt);
      if (last && kind === "services") return last;
      throw tooManyReads(wait);
    },
  };
}

function tooManyReads(waitMs: number): Problem {
  const seconds = Math.ceil(waitMs / 1_000);
  const headers = { "retry-after": String(seconds) };
  const detail = `the read budget for Resource Manager is spent: retry in ${seconds} s; GET pairs needs none`;
  return new Problem("too-many-calls", detail, { headers });
}

class SharedRead implements Check {
  readonly readAt: number;
  readonly cloudServices: CloudServices;
  /** A read failed: do not share this check. */
  isSpoilt = false;
  readonly #ports: Ports;
  readonly #budget: ReadBudget;
  /** Reads taken from the budget but not made yet. */
  #taken: number;
  readonly #reads = new Map<string, Promise<Read<unknown>>>();
  #pending = 0;
  readonly #begunAt: number;
  #settledAt: number;
  #restMs = FRESH_MS;

  constructor(ports: Ports, taken: number, budget: ReadBudget) {
    const { clock, cloudServices } = ports;
    this.#ports = ports;
    this.#taken = taken;
    this.#budget = budget;
    this.readAt = clock.now();
    this.#begunAt = this.#settledAt = clock.monotonic();
    this.cloudServices = {
      // When the service does not name its slot, a second read does.
      readService: (id, tag) =>
        this.#once(`service ${tag} ${id}`, 2, () => cloudServices.readService(id, tag)),
      readInstances: (id) => this.#once(`instances ${id}`, 1, () => cloudServices.readInstances(id)),
      readPublicIp: (id) => this.#once(`address ${id}`, 1, () => cloudServices.readPublicIp(id)),
      readPermissions: (id) => this.#once(`permissions ${id}`, 1, () => cloudServices.readPermissions(id)),
      requestSwap: () => Promise.reject(new Error("readers send nothing")),
      readOperation: () => Promise.reject(new Error("readers follow no operation")),
    };
  }

  isFresh(now: number): boolean {
    if (this.#pending > 0) return now - this.#begunAt < LONGEST_CHECK_MS;
    return now - this.#settledAt < this.#restMs;
  }

  #count(): void {
    if (this.#taken > 0) this.#taken--;
    else this.#budget.owe(this.#ports.clock.monotonic());
  }

  #once<T>(what: string, cost: number, read: () => Promise<Read<T>>): Promise<Read<T>> {
    const begun = this.#reads.get(what) as Promise<Read<T>> | undefined;
    if (begun) return begun;
    for (let i = 0; i < cost; i++) this.#count();
    this.#pending++;
    const reading = this.#noting(read);
    this.#reads.set(what, reading);
    return reading;
  }

  async #noting<T>(read: () => Promise<Read<T>>): Promise<Read<T>> {
    try {
      const found = await read();
      const asked = ("retryAfterMs" in found ? found.retryAfterMs : undefined) ?? 0;
      this.#restMs = Math.max(this.#restMs, Math.min(asked, LONGEST_REST_MS));
      return found;
    } catch (fault) {
      this.isSpoilt = true;
      throw fault;
    } finally {
      this.#pending--;
      this.#settledAt = this.#ports.clock.monotonic();
    }
  }
}
