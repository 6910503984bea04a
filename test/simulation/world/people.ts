import { otherSide } from "../../../src/domain/kernel/swap-request";
import { request } from "../plans/user-actions";
import type { UserAction } from "../plans/world-plan";
import { cancelAll, squat } from "./attackers";
import { clockErrorOf } from "./clocks";
import { exposureOf } from "./exposure";
import type { Health } from "./health";
import { Holds } from "./holds";
import type { SimulatedHost } from "./host";
import type { HttpApi } from "./http-api";
import type { WorldWithApi } from "./pairs-editing";
import type { Scheduling } from "./scheduling";
import type { Happening, Timeline } from "./timeline";
import { codeTurnedAway, isTurnedAway } from "./turned-away";
import { vote } from "./votes";

type UserActionOf<K extends UserAction["kind"]> = Extract<UserAction, { kind: K }>;

/** Tokens of those who ask for break-glass. Only a person who is an operator may use it. */
const breakGlassTokens = {
  operator: "Swap.Operate|olga|person",
  requester: "Swap.Request|ann|person",
  application: "Swap.Operate|robot|application",
} as const;
/** Prefix of the ids of requests at the end of a world. */
export const LAST = "last-";
/** The delay before a person who wanted to swap by hand checks again. */
const LATER_MS = 1_000;

/** The parts of a world that people use and change. */
interface PeoplesWorld extends WorldWithApi {
  readonly health: Health;
  readonly scheduling: Scheduling;
  /** Whether people avoid what no protocol can detect in time, unless the plan names a risk. */
  readonly sparesTheUnseen: boolean;
  kill(host: SimulatedHost, downMs: number): void;
  stop(host: SimulatedHost, downMs: number): void;
  /** Deploys a newer version of the app. */
  deploy(): void;
}

/** Everybody outside the app: sends requests, cancels, releases holds, swaps by hand, and stops hosts. */
export class People {
  readonly #world: PeoplesWorld;
  #left: number;
  readonly #holds: Holds;
  /** Requests over HTTP without an acknowledgement. */
  readonly #unheard = new Map<string, () => void>();

  constructor(world: PeoplesWorld) {
    this.#world = world;
    this.#left = world.plan.userActions.length;
    this.#holds = new Holds(world);
  }

  /** Whether everything planned has been done. */
  get done(): boolean {
    return this.#left === 0;
  }

  begin(): void {
    for (const userAction of this.#world.plan.userActions) {
      this.#after(userAction.at, () => {
        void this.#do(userAction).then(() => this.#left--);
      });
    }
    this.#holds.watch();
  }

  /** An operator requests the other side of every pair with break-glass. */
  askForAll(): void {
    const { plan, azure, pairsFile } = this.#world;
    for (const pair of plan.pairs.filter((each) => pairsFile.entryOf(each))) {
      this.#left++;
      const promote = otherSide(azure.holder(pair));
      const asked = request(`${LAST}${pair}`, { pair, promote, channel: "http", breakGlass: "operator" });
      void this.#do(asked).then(() => this.#left--);
    }
  }

  /** A request counts as sent once it is registered, even if its sender got no answer and gave up. */
  noteRegistered(isRegistered: (request: string) => boolean): void {
    for (const [request, heard] of this.#unheard) if (isRegistered(request)) heard();
  }

  /** Requests without an outcome. */
  unanswered(): string[] {
    const { timeline, plan } = this.#world;
    const answered = new Set(
      timeline
        .of("published")
        .filter((e) => e.type === "promotion.completed")
        .map((e) => e.request),
    );
    const described = { sent: timeline.of("sent"), published: timeline.of("published") };
    return described.sent
      .map((e) => e.request)
      .filter((request) => !answered.has(request) && !isTurnedAway(described, request, clockErrorOf(plan)));
  }

  async #do(userAction: UserAction): Promise<void> {
    const { timeline, azure, bus, clock } = this.#world;
    switch (userAction.kind) {
      case "request":
        return this.#request(userAction);
      case "malformed":
        timeline.add({ kind: "malformed-sent", body: userAction.body });
        bus.send(userAction.body);
        return;
      case "cancel":
        return this.#cancel(userAction.request);
      case "service-fault":
        if (this.#wouldBeUnseen(userAction)) return clock.sleep(LATER_MS).then(() => this.#do(userAction));
        this.#fault(JSON.stringify(userAction.serviceFault));
        azure.disturb(userAction);
        return;
      case "arm-fault":
        this.#fault(JSON.stringify(userAction.fault));
        azure.disturb(userAction);
        return;
      case "kill":
        return this.#kill(userAction);
      case "stop": {
        const host = this.#anyHost();
        if (host) this.#world.stop(host, userAction.downMs);
        return;
      }
      case "freeze":
        this.#fault(`a host freezes for ${userAction.forMs} ms`);
        this.#anyHost()?.freeze(userAction.forMs);
        return;
      case "clock-set": {
        const host = this.#anyHost();
        if (host) this.#setClock(host, userAction);
        return;
      }
      case "broker-outage":
        this.#fault("the broker is down");
        bus.down = true;
        clock.setTimer(clock.now() + userAction.forMs, () => {
          bus.down = false;
        });
        return;
      case "terminate":
        return this.#terminate(userAction.request);
      case "hold":
        return this.#holds.stop(userAction);
      case "sick":
        this.#fault(`${userAction.pair}-${userAction.side} falls sick: ${userAction.how}`);
        this.#world.health.fallsSick(userAction.pair, userAction.side, userAction.how, userAction.forMs);
        return;
      case "vote":
        return vote(this.#world, userAction, (id, body, token) => this.#cast(id, body, token));
      case "rollback":
        return this.#rollback(userAction.request);
      case "pause":
      case "resume":
        this.#world.scheduling.pauseOrResume(userAction);
        return;
      case "edit":
        this.#fault("the pairs file is edited");
        this.#world.scheduling.edit();
        return;
      case "edit-pairs":
        this.#fault("the pairs file is edited");
        this.#world.pairsFile.edit();
        return;
      case "squat":
        return squat(this.#world, userAction);
      case "cancel-all":
        return cancelAll(this.#world, userAction.pair);
      case "new-version":
        this.#fault("a new version is deployed");
        this.#world.deploy();
        return;
    }
  }

  /** Undetectable swaps by hand occur only in separate worlds (`--residual`). */
  #wouldBeUnseen({ serviceFault }: UserActionOf<"service-fault">): boolean {
    const { timeline, azure, sparesTheUnseen } = this.#world;
    const { kind, service } = serviceFault as { kind?: string; service?: string };
    if (kind !== "swap-by-hand" || !sparesTheUnseen) return false;
    azure.observe();
    const pair = service?.replace(/-(blue|green)$/, "") ?? "?";
    const moment = { n: timeline.entries.length, at: this.#world.clock.now() - this.#started };
    // While an operation runs, the platform refuses other swaps.
    return azure.isUnderWay(pair) || exposureOf(timeline, pair, moment) !== undefined;
  }

  async #request(userAction: UserActionOf<"request">): Promise<void> {
    const { request, pair, promote, expiresAfter, notBeforeIn, irreversible, otherContent } = userAction;
    const { clock, timeline, bus, pairsFile } = this.#world;
    await pairsFile.untilReplaced();
    const since = clock.now() - this.#started;
    const body = {
      requestId: request,
      pair: pairsFile.nameOf(pair),
      promote: pairsFile.written(pair, promote),
      reason: "simulated",
      ...(expiresAfter === undefined
        ? {}
        : { expiresAt: new Date(clock.now() + expiresAfter).toISOString() }),
      ...(notBeforeIn === undefined ? {} : { notBefore: new Date(clock.now() + notBeforeIn).toISOString() }),
      ...(irreversible ? { irreversible } : {}),
      ...(userAction.expect === undefined ? {} : { expect: { version: this.#versionFor(userAction) } }),
    };
    const sent = (content: string): Happening => ({ kind: "sent", request, pair, content, since });
    if (userAction.channel === "http") {
      const token = userAction.breakGlass ? breakGlassTokens[userAction.breakGlass] : "Swap.Request";
      const whole = userAction.breakGlass ? { ...body, breakGlass: { reason: "an incident" } } : body;
      const call = { method: "POST", path: "promotions", body: whole };
      // A caller without permission has requested nothing: any result of it belongs to no request.
      const counts = !userAction.breakGlass || userAction.breakGlass === "operator";
      const heard = () => {
        if (counts && this.#unheard.delete(request)) timeline.add(sent(JSON.stringify(whole)));
      };
      this.#unheard.set(request, heard);
      if (!userAction.givesUp) {
        const { text } = await this.#httpApi.insist("postPromotion", call, token);
        // Nothing was accepted, and no outcome will follow.
        const code = codeTurnedAway(text);
        if (code === undefined) heard();
        else if (this.#unheard.delete(request))
          timeline.add({ kind: "turned-away", request, pair, code, content: JSON.stringify(whole) });
      } else
        void this.#httpApi.once("postPromotion", call, token).then((status) => {
          if (status >= 200 && status < 300) heard();
        });
      return;
    }
    const text = JSON.stringify({ ...body, requestedBy: "pipeline" });
    const other = JSON.stringify({ ...body, requestedBy: "somebody else" });
    for (let copy = 0; copy < userAction.copies; copy++) {
      const content = otherContent && copy === userAction.copies - 1 && copy > 0 ? other : text;
      this.#after(copy * userAction.every, () => {
        timeline.add(sent(content));
        bus.send(content);
      });
    }
    await clock.sleep(userAction.copies * userAction.every);
  }

  /** The current version of the incoming side, or one that was never deployed. */
  #versionFor({ pair, promote, expect }: UserActionOf<"request">): string {
    const { azure } = this.#world;
    const side = promote === "staging" ? otherSide(azure.holder(pair)) : promote;
    return expect === "right" ? azure.version(pair, side) : "v0";
  }

  async #cancel(request: string): Promise<void> {
    const call = {
      method: "POST",
      path: `promotions/${request}/cancel`,
      params: { id: request },
      body: { note: "stop" },
    };
    // A host that dies before it answers has acknowledged nothing.
    void this.#httpApi.once("cancelPromotion", call, ["Swap.Operate"]).then((status) => {
      if (status >= 200 && status < 300) this.#timeline.add({ kind: "cancel-acknowledged", request });
    });
    await Promise.resolve();
  }

  async #rollback(request: string): Promise<void> {
    const host = this.#httpApi.someHost();
    if (!host) return;
    this.#timeline.add({ kind: "rollback-asked", request });
    const path = `promotions/${request}/rollback`;
    const call = { method: "POST", path, params: { id: request }, body: { note: "it is bad" } };
    void this.#httpApi.call(host, "orderRollback", call, ["Swap.Operate"]).then((status) => {
      if (status >= 200 && status < 300) this.#timeline.add({ kind: "rollback-acknowledged", request });
    });
    await Promise.resolve();
  }

  async #cast(id: string, body: object, token: string): Promise<number> {
    const call = { method: "POST", path: `promotions/${id}/approvals`, params: { id }, body };
    return this.#httpApi.once("postApproval", call, token);
  }

  async #kill({ downMs }: UserActionOf<"kill">): Promise<void> {
    const host = this.#anyHost();
    if (host) this.#world.kill(host, downMs);
    await Promise.resolve();
  }

  #anyHost(): SimulatedHost | undefined {
    const { live, dice } = this.#world;
    return live.length === 0 ? undefined : dice.pick(live);
  }

  #setClock(host: SimulatedHost, { byMs, forMs }: UserActionOf<"clock-set">): void {
    const { clock } = this.#world;
    this.#fault(`the clock of ${host.id} is set by ${byMs} ms`);
    host.clock.set(byMs);
    clock.setTimer(clock.now() + forMs, () => {
      host.clock.set(0);
    });
  }

  async #terminate(request: string): Promise<void> {
    const host = this.#httpApi.someHost();
    if (!host) return;
    this.#fault(`the run of ${request} is terminated by hand`);
    // A host that dies meanwhile never answers.
    void host.rpc({
      method: "POST",
      url: `/durabletask/instances/promotion-${request}/terminate?reason=by+hand`,
      headers: { "content-type": "application/json" },
      body: Buffer.alloc(0),
    });
    await Promise.resolve();
  }

  get #httpApi(): HttpApi {
    return this.#world.httpApi;
  }

  get #timeline(): Timeline {
    return this.#world.timeline;
  }

  get #started(): number {
    return this.#world.startedAt;
  }

  #fault(what: string): void {
    this.#world.faults++;
    this.#timeline.add({ kind: "fault", what });
  }

  #after(ms: number, action: () => void): void {
    const { clock } = this.#world;
    clock.setTimer(clock.now() + ms, action);
  }
}
