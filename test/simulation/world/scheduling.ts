import { createScheduleTimes } from "../../../src/adapters/schedules";
import type { PromotionState } from "../../../src/domain/promotion/state";
import { calledBy } from "../plans/planned-pairs";
import { expiryOf, filesOf } from "../plans/planned-schedules";
import type { UserAction } from "../plans/world-plan";
import type { Dice } from "./dice";
import type { SimulatedHost } from "./host";
import { pairOfKey } from "./pair-ids";
import type { WorldWithApi } from "./pairs-editing";

const MINUTE = 60_000;
/** How long a world waits for scheduled promotions after the last planned minute. */
const SETTLE_MS = 2 * MINUTE;
const RECORD = "@promotion@";

/** Schedules of a world: the timer, the files that it reads, and the started promotions. */
export class Scheduling {
  readonly #world: WorldWithApi;
  readonly #files;
  readonly #dice: Dice;
  readonly #read = new Set<string>();
  #file = 0;
  #checks = 0;
  #asks = 0;

  constructor(world: WorldWithApi) {
    this.#world = world;
    this.#files = filesOf(world.plan);
    this.#dice = world.dice.fork("timers");
  }

  /** Gives a starting host the current pairs file. */
  handFile(host: SimulatedHost): void {
    const file = this.#files[this.#file];
    if (!file) return;
    host.file = this.#file;
    const hour = new Date(this.#world.startedAt).getUTCHours();
    host.schedules = createScheduleTimes(
      Object.entries(file).flatMap(([of, schedules]) => {
        const entry = this.#world.pairsFile.entryOf(of, host.pairs.file);
        if (!entry) return [];
        const { name: pair } = entry;
        return schedules.map((schedule) => {
          const { name, minutes } = schedule;
          const promote = calledBy(entry, schedule.promote);
          const expiresAfterMs = expiryOf(schedule, this.#world.plan.schedules);
          const cron = `${minutes.join(",")} ${hour} * * *`;
          return { pair, name, promote, reason: reasonOf(expiresAfterMs), expiresAfterMs, cron, zone: "UTC" };
        });
      }),
    );
  }

  /** Edits the pairs file; hosts read it one after another as they are replaced. */
  edit(): void {
    this.#file++;
    this.#world.replaceHosts();
  }

  /** Fires the timer of every host, sometimes late or twice. */
  tick(): void {
    const { fronts, plan } = this.#world;
    if (this.#files.length === 0) return;
    const { activityLate, activityTwice } = plan.chances;
    for (const host of fronts) {
      const isLate = this.#world.strikes(this.#dice, activityLate, "a host's timer is late");
      this.#after(isLate ? this.#dice.pick([15_000, 70_000, 200_000]) : 0, host);
      const isTwice = this.#world.strikes(this.#dice, activityTwice, "a host's timer fires twice");
      if (isTwice) this.#after(this.#dice.pick([0, 500, 90_000]), host);
    }
  }

  /** A person pauses or resumes a schedule. */
  pauseOrResume({ kind, pair, schedule: name }: Extract<UserAction, { kind: "pause" | "resume" }>): void {
    const { httpApi, timeline } = this.#world;
    const host = httpApi.someHost();
    const known = host && this.#files[host.file]?.[pair]?.find((each) => each.name === name);
    if (!known) return;
    const ask = this.#asks++;
    const minutes = known.minutes.join(",");
    timeline.add({ kind: "schedule-asked", ask, what: kind, pair, schedule: name, minutes });
    const called = this.#world.pairsFile.nameOf(pair);
    const path = `schedules/${called}/${name}/${kind}`;
    const call = { method: "POST", path, params: { pair: called, name }, body: { note: "by hand" } };
    void httpApi.call(host, `${kind}Schedule`, call, ["Swap.Operate"]).then((status) => {
      timeline.add({ kind: "schedule-answered", ask, status });
    });
  }

  /** Records scheduled promotions once the promotion record has them; the files say what was requested. */
  note(): void {
    if (this.#files.length === 0) return;
    const { hub, timeline, startedAt } = this.#world;
    for (const [key, { state }] of hub.entities) {
      if (!key.startsWith(RECORD) || this.#read.has(key) || !state) continue;
      this.#read.add(key);
      const { requestId: request, origin, request: asked, ...of } = JSON.parse(state) as PromotionState;
      if (origin.channel !== "schedule") continue;
      const pair = pairOfKey(this.#world.plan.pairs, of.pair?.key) ?? asked.pair;
      const expiresAfterMs = expiryDescribedIn(asked.reason);
      const minute = ((asked.expiresAt ?? NaN) - expiresAfterMs - startedAt) / MINUTE;
      const promote = this.#askedOf(pair, minute);
      const content = JSON.stringify({
        requestId: request,
        pair: asked.pair,
        promote,
        expiresAt: asked.expiresAt,
      });
      timeline.add({ kind: "sent", request, pair, content, means: promote });
      timeline.add({ kind: "scheduled", request, pair, minute, expiresAfterMs });
    }
  }

  /** The side in the files for a time; unknown when the files differ. */
  #askedOf(pair: string, minute: number): string {
    const all = this.#files.flatMap((file) => file[pair] ?? []).filter((s) => s.minutes.includes(minute));
    const [first = "?", ...others] = new Set(all.map((s) => s.promote));
    return others.length === 0 ? first : "either";
  }

  /** Whether no schedule will start anything any more. */
  get isOver(): boolean {
    const { clock, startedAt, live } = this.#world;
    const minutes = this.#files.flatMap((file) =>
      Object.values(file).flatMap((all) => all.flatMap((s) => s.minutes)),
    );
    const until = startedAt + Math.max(0, ...minutes) * MINUTE + SETTLE_MS;
    return minutes.length === 0 || (live.length > 0 && clock.now() >= until);
  }

  #after(ms: number, host: SimulatedHost): void {
    const { clock, live } = this.#world;
    if (ms === 0) return void this.#check(host);
    clock.setTimer(clock.now() + ms, () => {
      if (live.includes(host)) void this.#check(host);
    });
  }

  async #check(host: SimulatedHost): Promise<void> {
    const { timeline, startedAt } = this.#world;
    const check = this.#checks++;
    const { id, file } = host;
    timeline.add({ kind: "checked", check, host: id, file, clock: host.now() - startedAt });
    const inputData = [{ name: host.bindingOf("scheduler"), data: { json: "{}" } }];
    await host.invoke("scheduler", { inputData }).catch(() => undefined);
    timeline.add({ kind: "check-over", check });
  }
}

/** The reason of a file's schedules contains the file's expiry. */
function reasonOf(expiresAfterMs: number): string {
  return `scheduled, for ${expiresAfterMs} ms`;
}

function expiryDescribedIn(reason: string): number {
  return Number(/(\d+) ms$/.exec(reason)?.[1]);
}
