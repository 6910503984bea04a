import {
  createEmptyPipeline,
  createHttpHeaders,
  createPipelineRequest,
  defaultRetryPolicy,
  type HttpClient,
  RestError,
} from "@azure/core-rest-pipeline";
import { httpClientOf } from "../../../local/resource-manager";
import type { Side } from "../../../src/domain/kernel/swap-request";
import { createVirtualClock } from "../../support/virtual-clock";
import type { UserAction, WorldPlan } from "../plans/world-plan";
import { Azure } from "../world/azure";
import { Bus } from "../world/bus";
import { Dice } from "../world/dice";
import { Points } from "../world/points";
import { Timeline } from "../world/timeline";
import { bothSides, type Errand, type PeerScript } from "./peer-scripts";
import { PeerWorker } from "./peer-worker";
import type { Story } from "./story";

const START = Date.parse("2026-11-24T12:00:00Z");
const MINUTE = 60_000;
const DOWN_MS = 5_000;
/** A script that runs so long after the last event hangs forever: nothing in a world lasts longer. */
const PATIENCE_MS = 4 * 60 * MINUTE;

type UserActionOf<K extends UserAction["kind"]> = Extract<UserAction, { kind: K }>;

interface Message {
  readonly requestId: string;
  readonly pair: string;
  readonly side: Side;
}

/**
 * A plan's world in which a queue worker runs a script for every delivered message. HTTP requests also arrive by
 * queue. What a script cannot do (cancels, holds, termination of a run) is left out.
 */
export class PeerWorld {
  readonly clock = createVirtualClock(START);
  readonly timeline = new Timeline(() => this.clock.now() - START);
  readonly #plan: WorldPlan;
  readonly #script: PeerScript;
  readonly #dice: Dice;
  readonly #azure: Azure;
  readonly #bus: Bus;
  readonly #points: Points;
  readonly #reads: Dice;
  readonly #live: PeerWorker[] = [];
  /** The request of each write in Resource Manager's journal, and whether an instance did not run when it arrived. */
  readonly #writes = new Map<number, { readonly request: string; readonly unready: boolean }>();
  readonly #wrong = new Set<string>();
  #incarnations = 0;
  #reports = 0;
  #running = 0;
  #left: number;

  constructor(plan: WorldPlan, script: PeerScript) {
    this.#plan = plan;
    this.#script = script;
    this.#dice = new Dice(plan.seed);
    this.#reads = this.#dice.fork("reads");
    this.#left = plan.userActions.length;
    const { chances } = plan;
    const calm = () => this.#isCalm();
    this.#points = Points.byChance(this.#dice.fork("crashes"), chances.crash, chances.mostCrashes, calm);
    this.#azure = new Azure(plan, this.clock, this.timeline);
    const surroundings = {
      clock: this.clock,
      timeline: this.timeline,
      hosts: () => this.#live,
      strikes: this.#strikes.bind(this),
    };
    this.#bus = new Bus(surroundings, this.#dice.fork("broker"), chances);
  }

  /** Plays the plan until nothing is left, or only scripts that hang. */
  async play(): Promise<Story> {
    for (let i = 0; i < this.#plan.hosts; i++) this.#startWorker();
    for (const userAction of this.#plan.userActions)
      this.#after(userAction.at, () => {
        this.#do(userAction);
      });
    let last = START;
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#left > 0) last = this.clock.now();
      const due = this.clock.nextDue;
      const isOver = this.#left === 0 && this.#bus.open === 0 && this.#running === 0;
      if (isOver || due === undefined || due - last > PATIENCE_MS) break;
      this.clock.advanceTo(due);
    }
    const swaps = this.#azure.simulator.journal.effects.flatMap(
      ({ entry = -1 }) => this.#writes.get(entry) ?? [],
    );
    this.#azure.simulator.close();
    this.#bus.close();
    return {
      requests: new Set(this.timeline.of("sent").map((e) => e.request)),
      answered: new Set(this.timeline.of("published").map((e) => e.request ?? "")),
      swaps,
      wronglyPromoted: this.#wrong,
    };
  }

  #isCalm(): boolean {
    return this.clock.now() - START > this.#plan.calmAfterMs;
  }

  #strikes(dice: Dice, probability: number, what: string): boolean {
    if (probability === 0 || !dice.chance(probability) || this.#isCalm()) return false;
    this.timeline.add({ kind: "fault", what });
    return true;
  }

  #do(userAction: UserAction): void {
    if (userAction.kind !== "request") this.#left--;
    switch (userAction.kind) {
      case "request":
        this.#request(userAction);
        return;
      case "service-fault":
        this.#azure.disturb(userAction);
        return;
      case "arm-fault":
        this.#azure.disturb({ ...userAction, fault: this.#onItsWrite(userAction.fault) });
        return;
      case "kill":
      case "stop":
        // A worker without an engine cannot stop in order, so both cases are a kill.
        this.#kill(this.#someWorker(), userAction.downMs);
        return;
      case "freeze":
        this.#someWorker()?.freeze(userAction.forMs);
        return;
      case "broker-outage":
        this.#bus.down = true;
        this.#after(userAction.forMs, () => {
          this.#bus.down = false;
        });
        return;
      case "cancel-all":
      case "edit-pairs":
      case "squat":
      case "clock-set":
      case "malformed":
      case "cancel":
      case "hold":
      case "terminate":
      case "new-version":
      case "sick":
      case "vote":
      case "rollback":
      case "pause":
      case "resume":
      case "edit":
    }
  }

  #request({ request, pair, promote, copies, every }: UserActionOf<"request">): void {
    // At the start of every world the blue services hold production.
    const side: Side = promote === "staging" ? "green" : promote;
    const content = JSON.stringify({ requestId: request, pair, side } satisfies Message);
    for (let copy = 0; copy < copies; copy++)
      this.#after(copy * every, () => {
        this.timeline.add({ kind: "sent", request, pair, content });
        this.#bus.send(content);
      });
    this.#after(copies * every, () => {
      this.#left--;
    });
  }

  /** Moves a fault of the swap to the call by which this script swaps. */
  #onItsWrite(fault: object): object {
    const { method } = fault as { method?: string };
    return method === "PUT" ? { ...fault, method: this.#script.write } : fault;
  }

  #startWorker(): void {
    const worker = new PeerWorker(`w${this.#incarnations++}`, {
      clock: this.clock,
      mayDie: (point) => this.#points.pass(point),
      died: (self) => {
        this.#kill(self, DOWN_MS);
      },
      work: (self, text) => this.#work(self, JSON.parse(text) as Message),
    });
    this.#live.push(worker);
  }

  #kill(worker: PeerWorker | undefined, downMs: number): void {
    const at = worker ? this.#live.indexOf(worker) : -1;
    if (!worker || at < 0) return;
    this.timeline.add({ kind: "host", host: worker.id, what: "dies" });
    worker.alive = false;
    this.#running -= worker.running;
    this.#live.splice(at, 1);
    this.#after(downMs, () => {
      this.#startWorker();
    });
  }

  async #work(worker: PeerWorker, message: Message): Promise<void> {
    this.#running++;
    worker.running++;
    try {
      const outcome = await this.#script.run(this.#errand(worker, message)).then(
        () => "promoted",
        () => "failed",
      );
      await this.#report(worker, message, outcome);
    } finally {
      if (worker.alive) {
        this.#running--;
        worker.running--;
      }
    }
  }

  /** Retried like `@azure/service-bus` does by default: three more times, every 30 s. */
  async #report(worker: PeerWorker, { requestId, pair, side }: Message, outcome: string): Promise<void> {
    const service = this.#azure.simulator.service(`${pair}-${side}`);
    if (outcome === "promoted" && service?.slot !== "Production") this.#wrong.add(requestId);
    const data = { requestId, pair, outcome };
    const event = JSON.stringify({ id: `report-${this.#reports++}`, type: "promotion.completed", data });
    for (let tries = 0; ; tries++) {
      try {
        await this.#bus.publish(worker, event);
        return;
      } catch (fault) {
        if (tries === 3) throw fault;
        await worker.gate(() => this.clock.sleep(30_000));
      }
    }
  }

  #errand(worker: PeerWorker, { requestId, pair, side }: Message): Errand {
    const { patienceMs, retries } = this.#script;
    const pipeline = createEmptyPipeline();
    if (retries) pipeline.addPolicy(defaultRetryPolicy());
    const inner = httpClientOf(this.#azure.simulator, { timeoutMs: () => patienceMs });
    const client: HttpClient = {
      sendRequest: (request) =>
        worker.gate(async () => {
          if (request.method === "GET") {
            if (this.#strikes(this.#reads, this.#plan.chances.readFails, "a read's connection broke"))
              throw new RestError("read ECONNRESET", { code: "ECONNRESET", request });
            return inner.sendRequest(request);
          }
          await worker.pass("swap before");
          const unready = this.#azure.unready(pair).length > 0;
          this.#writes.set(this.#azure.simulator.journal.entries.length, { request: requestId, unready });
          const reply = await inner.sendRequest(request);
          await worker.pass("swap after");
          return reply;
        }),
    };
    const [service, other] = bothSides(side).map((each) => this.#azure.serviceId(pair, each));
    return {
      service: service ?? "",
      other: other ?? "",
      sleep: (ms) => worker.gate(() => this.clock.sleep(ms)),
      send: (method, path, body) =>
        pipeline.sendRequest(
          client,
          createPipelineRequest({
            url: `http://127.0.0.1:1${path}`,
            method,
            allowInsecureConnection: true,
            headers: createHttpHeaders({ "content-type": "application/json" }),
            ...(body ? { body: JSON.stringify(body) } : {}),
          }),
        ),
    };
  }

  #someWorker(): PeerWorker | undefined {
    return this.#live.length === 0 ? undefined : this.#dice.pick(this.#live);
  }

  #after(ms: number, direction: () => void): void {
    this.clock.setTimer(this.clock.now() + ms, direction);
  }
}
