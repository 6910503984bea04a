import { openTaskHub, type TaskHub } from "../../local/durable-engine";
import { createPolicies } from "../../src/adapters/policies";
import { defaultPolicy, type PairPolicy } from "../../src/domain/policy/policy";
import type { PromotionState } from "../../src/domain/promotion/state";
import { calmChances, type WorldPlan } from "../../test/simulation/plans/world-plan";
import { Azure } from "../../test/simulation/world/azure";
import { Dice } from "../../test/simulation/world/dice";
import { Health } from "../../test/simulation/world/health";
import { type HostSurroundings, quiet, settingsOf, SimulatedHost } from "../../test/simulation/world/host";
import { type Call, exchange, type Reply, type Rights } from "../../test/simulation/world/http-api";
import { policyOf } from "../../test/simulation/world/policy-of";
import { inhabit } from "../../test/simulation/world/process";
import { hosts } from "../../test/simulation/world/product";
import { seatsOf, type Sharing } from "../../test/simulation/world/sharing";
import { START } from "../../test/simulation/world/start";
import { Timeline } from "../../test/simulation/world/timeline";
import { createVirtualClock } from "../../test/support/virtual-clock";

/** A promotion of `shop` waits for its services, one of `voted` for one vote and nothing else. */
const PAIRS = ["shop", "voted"] as const;
const POLL_MS = 10_000;

/** How the app is installed: on how many instances, and with which settings of `host.json`. */
export interface Layout {
  readonly instances: number;
  readonly sharing: Sharing;
}

/** What went through the hub while something was measured. */
export interface Traffic {
  readonly invocations: ReadonlyMap<string, number>;
  /** Messages of control queues, timers among them, and of the work-item queue. */
  readonly control: number;
  readonly timers: number;
  readonly workItems: number;
}

/** The product on several hosts of one hub, on a virtual clock; nothing goes wrong, and processing takes no time. */
export class Installation implements HostSurroundings {
  readonly clock = createVirtualClock(START, { processorSeconds: Infinity });
  readonly timeline = new Timeline(() => this.clock.now() - START);
  readonly azure: Azure;
  readonly health: Health;
  readonly policies;
  readonly hosts: SimulatedHost[] = [];
  hub!: TaskHub;
  readonly #layout: Layout;
  readonly #dice: Dice;
  #invocations = new Map<string, number>();
  #control = 0;
  #timers = 0;
  #workItems = 0;

  constructor(layout: Layout, seed: number) {
    this.#layout = layout;
    this.#dice = new Dice(seed);
    const plan: WorldPlan = {
      ...{ seed, pairs: PAIRS, hosts: layout.instances, sharing: layout.sharing, userActions: [] },
      ...{ stableForMs: 30_000, readinessDeadlineMs: 600_000, operationSeconds: 2, repeatedPut: "toggle" },
      ...{ skewMs: 0, chances: calmChances, calmAfterMs: 0 },
    };
    this.azure = new Azure(plan, this.clock, this.timeline);
    this.health = new Health(this);
    const policies = PAIRS.map((name) => this.#policy(policyOf(plan, { of: name, name }, this.azure)));
    this.policies = createPolicies(policies);
  }

  #policy(policy: PairPolicy): PairPolicy {
    const readiness = { ...policy.readiness, pollMs: POLL_MS };
    const swap = { ...defaultPolicy.swap, pollMs: POLL_MS };
    if (policy.name === "shop") return { ...policy, readiness, swap };
    const approval = { quorum: 1, deadlineMs: 3_600_000, validForMs: 3_600_000 };
    return { ...policy, swap, approval, readiness: { ...readiness, stableForMs: 0 } };
  }

  async open(): Promise<void> {
    const { instances, sharing } = this.#layout;
    inhabit(this.clock, (host, method, path, body) => this.#rpc(host, method, path, body));
    const ids = this.#dice.fork("ids");
    this.hub = await openTaskHub({
      settings: settingsOf("1.0", sharing),
      clock: this.clock,
      faults: {
        onDelivery: () => {
          this.#control++;
          return undefined;
        },
        onActivity: () => {
          this.#workItems++;
          return undefined;
        },
        timerOffsetMs: () => {
          this.#timers++;
          return 0;
        },
      },
      random: () => ids.roll(),
    });
    for (const seat of seatsOf(instances, sharing)) {
      const life = {
        ...{ id: `h${this.hosts.length}`, seat, version: "1.0", sharing },
        ...{ pairs: { policies: this.policies, file: 0, windowRules: new Map() } },
      };
      const host: SimulatedHost = new CountingHost(
        this,
        life,
        (self) => this.azure.reachedFrom(this.hosts.length, self, () => false),
        (name) => this.#invocations.set(name, (this.#invocations.get(name) ?? 0) + 1),
      );
      hosts.set(life.id, host);
      await host.start();
      this.hosts.push(host);
    }
    // Partitions are shared out while nobody asks for anything.
    await this.pass(60_000);
  }

  /** Calls the HTTP API at one host; resolves with the reply and how long it took, ms. */
  async call(
    host: SimulatedHost,
    name: string,
    call: Call,
    rights: Rights,
  ): Promise<{ readonly reply: Reply; readonly ms: number }> {
    const began = this.clock.now();
    let reply: Reply | undefined;
    void exchange(host, name, call, rights).then((given) => (reply = given));
    await this.until(() => reply !== undefined);
    if (!reply || reply.status >= 300) throw new Error(`${name}: ${reply?.status ?? 0} ${reply?.text ?? ""}`);
    return { reply, ms: this.clock.now() - began };
  }

  /** Lets virtual time go by until something holds. */
  async until(holds: () => boolean): Promise<void> {
    for (;;) {
      await quiet();
      if (holds()) return;
      const due = this.clock.nextDue;
      if (due === undefined) throw new Error("nothing happens any more");
      this.clock.advanceTo(due);
    }
  }

  async pass(ms: number): Promise<void> {
    const end = this.clock.now() + ms;
    this.clock.setTimer(end, () => undefined);
    await this.until(() => this.clock.now() >= end);
  }

  record(requestId: string): PromotionState | undefined {
    const text = this.hub.entities.get(`@promotion@${requestId}`)?.state;
    return text ? (JSON.parse(text) as PromotionState) : undefined;
  }

  /** The host that owns the partition of an instance or entity. */
  isOwner(host: SimulatedHost, id: string): boolean {
    const { partitions } = this.hub.queues;
    return partitions.owner(partitions.of(id)) === host.seat.name;
  }

  /** What went through the hub since the last time this was asked. */
  takeTraffic(): Traffic {
    const traffic = {
      ...{ invocations: this.#invocations, control: this.#control + this.#timers },
      ...{ timers: this.#timers, workItems: this.#workItems },
    };
    this.#invocations = new Map();
    this.#control = this.#timers = this.#workItems = 0;
    return traffic;
  }

  close(): void {
    for (const host of this.hosts) host.abandon();
    this.azure.simulator.close();
    hosts.clear();
  }

  async #rpc(id: string, method: string, path: string, body: string) {
    const host = hosts.get(id);
    if (!host) throw new Error(`there is no host ${id}`);
    const headers = { host: id, "content-type": "application/json" };
    const reply = await host.rpc({ method, url: path, headers, body: Buffer.from(body) });
    return { status: reply.status, body: reply.body.toString() };
  }

  nonce(): string {
    return this.#dice.hex128();
  }
  publish(): Promise<void> {
    return Promise.resolve();
  }
  mayDie(): boolean {
    return false;
  }
  freezesAttempt(): undefined {
    return undefined;
  }
  beforeWrite(): Promise<void> {
    return Promise.resolve();
  }
  calendar(): undefined {
    return undefined;
  }
  logged(_host: SimulatedHost, level: string, line: string): void {
    if (level === "error") console.error(line);
  }
  died(host: SimulatedHost, point: string): void {
    throw new Error(`${host.id} died at ${point}, where nothing goes wrong`);
  }
}

class CountingHost extends SimulatedHost {
  readonly #counted: (name: string) => void;

  constructor(
    world: HostSurroundings,
    life: ConstructorParameters<typeof SimulatedHost>[1],
    rent: ConstructorParameters<typeof SimulatedHost>[2],
    counted: (name: string) => void,
  ) {
    super(world, life, rent);
    this.#counted = counted;
  }

  override invoke(...args: Parameters<SimulatedHost["invoke"]>): ReturnType<SimulatedHost["invoke"]> {
    this.#counted(args[0]);
    return super.invoke(...args);
  }
}
