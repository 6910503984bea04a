import { openTaskHub, type TaskHub } from "../../../local/durable-engine";
import { createVirtualClock, type VirtualClock } from "../../support/virtual-clock";
import type { WorldPlan } from "../plans/world-plan";
import { AuditCheck } from "./audit-check";
import { Azure } from "./azure";
import { Bus } from "./bus";
import { type Standstill, standstillIn } from "./clocks";
import { Dice } from "./dice";
import { isRegistered, noteClaims, noteOutcomes } from "./durable-state";
import { engineFaults } from "./engine-faults";
import { Health } from "./health";
import { type HostSurroundings, quiet, settingsOf, SimulatedHost } from "./host";
import { HttpApi } from "./http-api";
import { pairOfKey } from "./pair-ids";
import { PairsEditing } from "./pairs-editing";
import { People } from "./people";
import { Points } from "./points";
import { inhabit } from "./process";
import { hosts } from "./product";
import { Risks } from "./risks";
import { Scheduling } from "./scheduling";
import { plainSharing, type Seat, seatsOf } from "./sharing";
import { START } from "./start";
import { Timeline } from "./timeline";
import { feedAt } from "./times";

/** The default time that a killed host stays away. */
const DOWN_MS = 5_000;
/**
 * A world still busy this long after the last event has lost something: the deadlines of the policy and more, since
 * people may be asked three times (630557).
 */
const LONGEST_MS = 36 * 3_600_000;
/** How long a world at rest is observed for forbidden events. */
const AFTERMATH_MS = 360_000;

/** Hosts, hub, Azure, broker and people of one plan, on one virtual clock. */
export class World implements HostSurroundings {
  readonly plan: WorldPlan;
  readonly clock: VirtualClock = createVirtualClock(START);
  readonly startedAt = START;
  readonly timeline = new Timeline(() => this.clock.now() - START);
  readonly points: Points;
  readonly azure: Azure;
  readonly bus: Bus;
  /** Whether people avoid what no protocol can detect in time, unless the plan names a risk. */
  readonly sparesTheUnseen: boolean = true;
  readonly lines: string[] = [];
  readonly dice: Dice;
  hub!: TaskHub;
  faults = 0;
  readonly pairsFile: PairsEditing;
  readonly health: Health;
  readonly httpApi = new HttpApi(this);
  readonly calendar = () => feedAt(this.plan.window, this.clock.now(), START);
  readonly scheduling: Scheduling;
  readonly #people: People;
  readonly #risks: Risks;
  readonly #live: SimulatedHost[] = [];
  readonly #nonces: Dice;
  readonly #calls: Dice;
  #version = "1.0";
  readonly #freezes: Dice;
  readonly #stored = new Set<string>();
  readonly #claims: Parameters<typeof noteClaims>[1] = new Map();
  readonly #sharing;
  readonly #leaving = new WeakSet<SimulatedHost>();
  #incarnations = 0;
  /** Everything was at rest once. */
  #isEnding = false;
  #ended = false;

  constructor(plan: WorldPlan) {
    this.plan = plan;
    this.#sharing = plan.sharing ?? plainSharing;
    this.dice = new Dice(plan.seed);
    this.#nonces = this.dice.fork("nonces");
    this.#calls = this.dice.fork("client");
    this.#freezes = this.dice.fork("frozen attempts");
    const { chances } = plan;
    this.points = plan.crashAt
      ? Points.at(plan.crashAt)
      : Points.byChance(this.dice.fork("crashes"), chances.crash, chances.mostCrashes, () => this.isCalm());
    this.azure = new Azure(plan, this.clock, this.timeline);
    const world = {
      clock: this.clock,
      timeline: this.timeline,
      hosts: () => this.fronts,
      strikes: this.strikes.bind(this),
    };
    this.bus = new Bus(
      { ...world, pairKeyed: (key) => pairOfKey(plan.pairs, key) },
      this.dice.fork("broker"),
      chances,
    );
    this.pairsFile = new PairsEditing(this);
    this.health = new Health(this);
    this.scheduling = new Scheduling(this);
    this.#people = new People(this);
    this.#risks = new Risks(plan.risk, {
      azure: this.azure,
      timeline: this.timeline,
      sleep: (ms) => this.clock.sleep(ms),
      replace: (host) => {
        this.#evict(host);
      },
    });
  }

  get live(): readonly SimulatedHost[] {
    return this.#live;
  }

  /** The live hosts that serve HTTP, queues and timers. */
  get fronts(): readonly SimulatedHost[] {
    return this.#live.filter(({ seat }) => seat.servesTriggers);
  }

  isCalm(): boolean {
    return this.#isEnding || this.clock.now() - START > this.plan.calmAfterMs;
  }

  strikes(dice: Dice, probability: number, what: string): boolean {
    if (probability === 0 || !dice.chance(probability) || this.isCalm()) return false;
    this.faults++;
    this.timeline.add({ kind: "fault", what });
    return true;
  }

  /** True: everything came to rest. False: something is still open after every deadline. */
  async play(): Promise<boolean> {
    inhabit(this.clock, (host, method, path, body) => this.#rpc(host, method, path, body));
    const ids = this.dice.fork("ids");
    this.hub = await openTaskHub({
      settings: settingsOf(this.#version, this.#sharing),
      clock: this.clock,
      faults: engineFaults(this),
      random: () => ids.roll(),
      pick: ((dice) => (n: number) => (n < 2 ? 0 : dice.between(0, n - 1)))(this.dice.fork("schedule")),
    });
    for (const seat of seatsOf(this.plan.hosts, this.#sharing)) await this.startHost(seat);
    this.#setTimers();
    this.#people.begin();
    const audit = new AuditCheck(this);
    let restSince: number | undefined;
    let last = START;
    for (;;) {
      await quiet();
      this.azure.observe();
      this.scheduling.note();
      this.#people.noteRegistered((request) => isRegistered(this, request));
      this.pairsFile.note();
      noteOutcomes(this, this.#stored);
      noteClaims(this, this.#claims);
      const now = this.clock.now();
      restSince = this.#isAtRest() ? (restSince ?? now) : undefined;
      if (restSince !== undefined && now - restSince >= AFTERMATH_MS) {
        if (this.plan.asksAtTheEnd && !this.#isEnding) this.#askOnceMore();
        else audit.begin();
      }
      if (audit.isOver) return true;
      const due = this.clock.nextDue;
      if (!this.#people.done || !this.scheduling.isOver) last = now;
      const isTooLong = now - last > LONGEST_MS || now - START > 2 * LONGEST_MS;
      if (due === undefined || isTooLong) return restSince !== undefined;
      this.clock.advanceTo(due);
    }
  }

  /** A last request for every pair, without further faults, must be fulfilled. */
  #askOnceMore(): void {
    this.#isEnding = true;
    this.points.closed = true;
    this.#people.askForAll();
  }

  async startHost(seat: Seat): Promise<void> {
    const client = this.#incarnations++;
    const id = `h${client}`;
    const reads = this.dice.fork(`reads ${id}`);
    const readFails = () => this.strikes(reads, this.plan.chances.readFails, "a read's connection broke");
    const life = { id, seat, version: this.#version, sharing: this.#sharing, pairs: this.pairsFile.current };
    const host = new SimulatedHost(this, life, (self) => this.azure.reachedFrom(client, self, readFails));
    const { skewMs } = this.plan;
    host.clock.skewMs = skewMs === 0 ? 0 : this.dice.fork(`skew ${id}`).between(-skewMs, skewMs);
    this.scheduling.handFile(host);
    hosts.set(id, host);
    await host.start();
    // A host that died while it started is already replaced.
    if (!host.alive) return;
    this.#live.push(host);
    const what = seat.runsDurableFunctions ? "up" : "up, for triggers alone";
    this.timeline.add({ kind: "host", host: id, what, pairsFile: host.pairs.file });
  }

  died(host: SimulatedHost, point: string): void {
    this.faults++;
    this.timeline.add({
      kind: "host",
      host: host.id,
      what: `dies at: ${point === "commit" ? this.points.last : point}`,
    });
    this.#takeDown(host);
    // The seat of a stopping host already has another one.
    if (!this.#leaving.has(host)) this.#restart(host.seat, DOWN_MS);
  }

  #takeDown(host: SimulatedHost): void {
    const at = this.#live.indexOf(host);
    if (at >= 0) this.#live.splice(at, 1);
  }

  kill(host: SimulatedHost, downMs: number): void {
    if (!this.#live.includes(host)) return;
    this.faults++;
    this.timeline.add({ kind: "host", host: host.id, what: `is killed, back in ${downMs / 1000} s` });
    this.#takeDown(host);
    host.abandon();
    this.#restart(host.seat, downMs);
  }

  /** A host gets SIGTERM, as in deployments and when the platform scales in. */
  stop(host: SimulatedHost, downMs: number): void {
    if (!this.#live.includes(host)) return;
    this.timeline.add({ kind: "host", host: host.id, what: `is stopped, back in ${downMs / 1000} s` });
    this.#takeDown(host);
    this.#leaving.add(host);
    // Its name is free once it has ended.
    void host.stop().then(() => {
      this.#restart(host.seat, downMs);
    });
  }

  /** A host stands still for so long that its work goes to another one. */
  #evict(host: SimulatedHost): void {
    this.timeline.add({ kind: "host", host: host.id, what: "stands still and is replaced" });
    this.#takeDown(host);
    host.evict();
    this.#restart(host.seat, DOWN_MS);
  }

  /** A newer version of the app is deployed. */
  deploy(): void {
    this.#version = "2.0";
    this.replaceHosts();
  }

  replaceHosts(): void {
    const isOrderly = this.dice.fork("deployments").chance(0.5);
    [...this.#live].forEach((host, n) => {
      this.clock.setTimer(this.clock.now() + n * 90_000, () => {
        if (isOrderly) this.stop(host, 1_000);
        else this.kill(host, 1_000);
      });
    });
  }

  #restart(seat: Seat, afterMs: number): void {
    this.clock.setTimer(this.clock.now() + afterMs, () => {
      if (!this.#ended) void this.startHost(seat);
    });
  }

  logged(_host: SimulatedHost, level: string, line: string): void {
    this.lines.push(`${level} ${line}`);
  }

  freezesAttempt(): Standstill | undefined {
    const { attemptFrozen, clockSet } = this.plan.chances;
    if (!this.strikes(this.#freezes, attemptFrozen, "the host of an attempt freezes")) return undefined;
    return standstillIn(this.#freezes, clockSet > 0);
  }

  beforeWrite(host: SimulatedHost, service: string, execution: string): Promise<void> {
    return this.#risks.beforeWrite(host, service, execution);
  }

  mayDie(point: string): boolean {
    return this.points.pass(point);
  }

  publish(host: SimulatedHost, event: string): Promise<void> {
    return this.bus.publish(host, event);
  }

  nonce(): string {
    return this.#nonces.hex128();
  }

  close(): void {
    this.#ended = true;
    for (const host of this.#live.splice(0)) host.abandon();
    this.azure.simulator.close();
    this.bus.close();
    hosts.clear();
  }

  #isAtRest(): boolean {
    const isDone = this.#people.done && !this.#risks.pending && this.scheduling.isOver;
    return isDone && this.bus.open === 0 && this.#people.unanswered().length === 0;
  }

  /** Timer triggers: the scheduler's every minute, the reconciler's at its interval. */
  #setTimers(): void {
    this.#every(60_000, () => {
      this.scheduling.tick();
    });
    this.#every(this.plan.reconcilerEveryMs ?? 60_000, () => {
      for (const host of this.fronts) {
        host
          .invoke("reconciler", { inputData: [{ name: host.bindingOf("reconciler"), data: { json: "{}" } }] })
          .catch((fault: unknown) => this.lines.push(`reconciler: ${String(fault)}`));
      }
    });
  }

  #every(ms: number, action: () => void): void {
    this.clock.setTimer(this.clock.now() + ms, () => {
      if (this.#ended) return;
      action();
      this.#every(ms, action);
    });
  }

  async #rpc(
    id: string,
    method: string,
    path: string,
    body: string,
  ): Promise<{ status: number; body: string }> {
    const host = hosts.get(id);
    if (!host) return new Promise(() => undefined);
    const { client } = this.plan.chances;
    await host.pass(`client ${method} before`);
    if (this.strikes(this.#calls, client, "a client call was not sent"))
      throw new Error("connect ECONNREFUSED");
    const reply = await host.rpc({
      method,
      url: path,
      headers: { host: id, "content-type": "application/json" },
      body: Buffer.from(body),
    });
    await host.pass(`client ${method} after`);
    if (this.strikes(this.#calls, client, "the reply to a client call was lost"))
      throw new Error("read ECONNRESET");
    return { status: reply.status, body: reply.body.toString() };
  }
}
