import { Api, countSwaps, type ShownPromotion } from "./api";
import type { TimeTravel } from "./time-travel";
import type { World } from "./world";

const ZONE = "Europe/Berlin";
const SECOND = 1_000;

/** A Monday morning; the clocks in Berlin go forward on the 28th of this month. */
export const MORNING = Date.parse("2027-03-08T09:00:00+01:00");

/** The pair's settings in pairs.json, for this story. */
export const weekly = {
  timeZone: ZONE,
  allowUnpinned: true,
  window: {
    allow: [{ cron: "0 2 * * MON-FRI", duration: "4h" }],
    freezes: [{ from: "2027-03-15T00:00:00+01:00", to: "2027-03-17T00:00:00+01:00", reason: "spring fair" }],
  },
  schedules: [
    { name: "weekly", cron: "0 2 * * TUE", promote: "staging", reason: "weekly release", expiresAfter: "2h" },
  ],
};

/** The last line of the story. */
interface Summary {
  readonly outcomes: Readonly<Record<string, string>>;
  readonly effectiveSwaps: number;
  readonly puts: number;
}

/** The expected result; a Tuesday that is missing here has started nothing. */
const expected: Summary["outcomes"] = {
  "schedule-shop-20270309T010000Z": "promoted",
  "demo-one-off": "promoted",
  "schedule-shop-20270316T010000Z": "expired",
  "schedule-shop-20270323T010000Z": "not started",
  "schedule-shop-20270330T000000Z": "promoted",
  "schedule-shop-20270406T000000Z": "not started",
};

/** Puts the time of the story before every line. */
export function sayAt({ now }: Pick<TimeTravel, "now">) {
  const format = new Intl.DateTimeFormat("en-GB", {
    ...{ timeZone: ZONE, weekday: "short", day: "2-digit", month: "short" },
    ...{ hour: "2-digit", minute: "2-digit", second: "2-digit" },
  });
  return (line = "") => {
    console.log(line === "" ? "" : `${format.format(now()).replaceAll(",", "")}  ${line}`);
  };
}

/** Five weeks of one schedule in about a minute: time jumps between events. */
export async function playSchedule(world: World, time: TimeTravel, heading: (text: string) => void) {
  const story = new Story(world, time, heading);
  await story.introduce();
  await story.scheduled();
  await story.oneOff();
  await story.frozen();
  await story.paused();
  await story.shortDowntime();
  await story.longDowntime();
  return story.summarise();
}

class Story {
  readonly #world: World;
  readonly #time: TimeTravel;
  readonly #heading: (text: string) => void;
  readonly #say: (line?: string) => void;

  constructor(world: World, time: TimeTravel, heading: (text: string) => void) {
    this.#world = world;
    this.#time = time;
    this.#heading = heading;
    this.#say = sayAt(time);
  }

  async introduce(): Promise<void> {
    this.#heading("Five weeks in a minute");
    this.#say(
      "Everything runs in this process, on loopback: the built app, and a simulated Resource Manager.",
    );
    this.#say(
      "The time before every line is the time in this process. It runs like real time, and jumps to the next",
    );
    this.#say("event.");
    this.#heading("The schedule in the pairs file");
    this.#say(`windows    ${JSON.stringify(weekly.window.allow)}`);
    this.#say(`freezes    ${JSON.stringify(weekly.window.freezes)}`);
    this.#say(`schedules  ${JSON.stringify(weekly.schedules)}`);
    const [schedule] = await this.#api("reader").schedules();
    this.#say("next runs, from GET /api/schedules:");
    for (const { local, utc } of schedule?.nextRuns ?? []) this.#say(`  ${local} (${utc})`);
    this.#say("Clocks go forward on 28 March: 02:00 in Berlin stays 02:00 in Berlin.");
  }

  async scheduled(): Promise<void> {
    this.#heading("Tuesday, 02:00: the schedule starts a promotion");
    await this.#jump("2027-03-09T01:59:58+01:00");
    await this.#describeEnd("schedule-shop-20270309T010000Z");
  }

  async oneOff(): Promise<void> {
    this.#heading("Wednesday: somebody asks for one swap, not before Thursday, 03:00");
    await this.#jump("2027-03-10T14:00:00+01:00");
    const request = { requestId: "demo-one-off", pair: "shop", promote: "staging", reason: "one hot fix" };
    const notBefore = "2027-03-11T03:00:00+01:00";
    this.#say(JSON.stringify({ ...request, notBefore }));
    await this.#api("requester").request({ ...request, notBefore });
    await this.#describeWait(request.requestId);
    await this.#jump("2027-03-11T02:30:00+01:00");
    const { phase } = (await this.#api("reader").promotion(request.requestId)) ?? {};
    this.#say(`The window is open, but it is too early for this request: still ${phase ?? "unknown"}`);
    await this.#jump("2027-03-11T02:59:58+01:00");
    await this.#describeEnd(request.requestId);
  }

  async frozen(): Promise<void> {
    this.#heading("The next Tuesday is in a freeze: the promotion waits, and expires after its two hours");
    await this.#jump("2027-03-16T01:59:58+01:00");
    await this.#describeWait("schedule-shop-20270316T010000Z");
    await this.#jump("2027-03-16T03:59:58+01:00");
    await this.#describeEnd("schedule-shop-20270316T010000Z");
  }

  async paused(): Promise<void> {
    this.#heading("Paused at a Tuesday's 02:00, and resumed 90 minutes later");
    await this.#jump("2027-03-22T16:00:00+01:00");
    await this.#api("operator").steerSchedule("pause", "shop/weekly", "the team is away");
    await this.#describeSchedule();
    await this.#jump("2027-03-23T01:59:58+01:00");
    await this.#describeNothing("schedule-shop-20270323T010000Z");
    await this.#jump("2027-03-23T03:30:00+01:00");
    await this.#api("operator").steerSchedule("resume", "shop/weekly", "back again");
    this.#say("Resumed within the two hours: runs that were due during the pause are skipped.");
    await this.#jump("2027-03-23T03:30:58+01:00");
    await this.#describeNothing("schedule-shop-20270323T010000Z");
  }

  async shortDowntime(): Promise<void> {
    this.#heading("The function app is down at 02:00, and back at 02:40: within the two hours it catches up");
    await this.#downFromTo("2027-03-30T01:50:00+02:00", "2027-03-30T02:39:57+02:00");
    await this.#describeEnd("schedule-shop-20270330T000000Z");
  }

  async longDowntime(): Promise<void> {
    this.#heading("Down again, and back at 05:00, still in the window: too late, so nothing is started");
    await this.#downFromTo("2027-04-06T01:50:00+02:00", "2027-04-06T04:59:57+02:00");
    await this.#describeNothing("schedule-shop-20270406T000000Z");
    await this.#describeSchedule();
  }

  async summarise(): Promise<Summary> {
    const api = this.#api("reader");
    const outcomes: Record<string, string> = {};
    for (const id of Object.keys(expected))
      outcomes[id] = (await api.promotion(id))?.outcome ?? "not started";
    const { puts, effectiveSwaps } = await countSwaps(this.#world.description.journal);
    this.#heading("What came of it");
    for (const [id, outcome] of Object.entries(outcomes)) this.#say(`${id.padEnd(22)} ${outcome}`);
    this.#say(`Resource Manager received ${puts} PUTs; ${effectiveSwaps} swaps took effect`);
    const isAsExpected = Object.entries(expected).every(([id, outcome]) => outcomes[id] === outcome);
    if (!isAsExpected || puts !== 3 || effectiveSwaps !== 3) process.exitCode = 1;
    return { outcomes, effectiveSwaps, puts };
  }

  #api(person: "requester" | "operator" | "reader"): Api {
    return new Api(this.#world.description, person);
  }

  /** Moves the time forward, and waits a moment for what was due meanwhile. */
  async #jump(to: string): Promise<void> {
    this.#time.jumpTo(Date.parse(to));
    await pause(SECOND);
  }

  async #downFromTo(from: string, to: string): Promise<void> {
    await this.#jump(from);
    await this.#world.stopApp();
    this.#say("The function app is stopped.");
    await this.#jump(to);
    await this.#world.startApp();
    this.#say("The function app runs again.");
  }

  async #describeSchedule(): Promise<void> {
    for (const { name, paused, lastRun } of await this.#api("reader").schedules()) {
      if (paused) this.#say(`schedule ${name}: paused by ${paused.by}: ${paused.note}`);
      if (lastRun) this.#say(`schedule ${name}: last run ${lastRun.id}, ${lastRun.outcome ?? "under way"}`);
    }
  }

  async #describeWait(id: string): Promise<void> {
    const { waitingFor } = await this.#until(id, (shown) => shown.waitingFor?.what === "window");
    this.#say(`${id} waits: ${waitingFor?.detail ?? ""}`);
  }

  async #describeEnd(id: string): Promise<void> {
    let phase: string | undefined;
    await this.#until(id, (shown) => {
      if (shown.phase !== phase && shown.phase !== "concluded") this.#say(`${id}: ${shown.phase}`);
      phase = shown.phase;
      return shown.outcome !== undefined;
    });
    const { outcome, reason } = (await this.#api("reader").promotion(id)) ?? {};
    this.#say(`${id}: ${outcome ?? "?"} (${reason?.code ?? ""}: ${reason?.detail ?? ""})`);
  }

  /** Checks once the minute has come and its scheduler has run. */
  async #describeNothing(id: string): Promise<void> {
    await pause(4 * SECOND);
    const found = await this.#api("reader").promotion(id);
    this.#say(found ? `${id} WAS STARTED: ${found.phase}` : `${id} was not started`);
  }

  async #until(id: string, isIt: (shown: ShownPromotion) => boolean): Promise<ShownPromotion> {
    const giveUp = performance.now() + 60 * SECOND;
    for (;;) {
      const shown = await this.#api("reader").promotion(id);
      if (shown && isIt(shown)) return shown;
      if (performance.now() > giveUp) throw new Error(`${id} did not go on: ${JSON.stringify(shown)}`);
      await pause(100);
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
