import { Cron } from "croner";
import type { HostClock, HostLog } from "./contract";
import type { CoreApp } from "./loaded-app";
import { dotNetTime } from "./payload-metadata";
import { invokeWithRetries } from "./retries";

/** Runs one timer function on its schedule (NCRONTAB with six fields, or a TimeSpan), one run at a time. */
export class TimerTrigger {
  readonly #app: CoreApp;
  readonly #clock: HostClock;
  readonly #log: (line: HostLog) => void;
  readonly #name: string;
  readonly #binding: string;
  readonly #next: (from: number) => number;
  #cancel: () => void = () => undefined;
  #stopped = false;
  #last: Promise<void> = Promise.resolve();

  constructor(
    app: CoreApp,
    trigger: { function: string; binding: string; schedule: string },
    clock: HostClock,
    log: (line: HostLog) => void,
  ) {
    this.#app = app;
    this.#clock = clock;
    this.#log = log;
    this.#name = trigger.function;
    this.#binding = trigger.binding;
    this.#next = scheduleOf(trigger.schedule);
  }

  start(runOnStartup: boolean): void {
    if (runOnStartup) void this.run(false);
    this.#arm();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  /** Runs once; a run requested during another one starts after it. */
  run(isPastDue: boolean): Promise<void> {
    this.#last = this.#last.then(() => this.#run(isPastDue));
    return this.#last;
  }

  async #run(isPastDue: boolean): Promise<void> {
    if (this.#stopped) return;
    const timer = { Schedule: { AdjustForDST: true }, ScheduleStatus: null, IsPastDue: isPastDue };
    const request = {
      inputData: [{ name: this.#binding, data: { json: JSON.stringify(timer) } }],
      triggerMetadata: { TimerTrigger: { string: dotNetTime(new Date(this.#clock.now())) } },
    };
    try {
      await invokeWithRetries(this.#app, this.#name, request, this.#clock);
    } catch (fault) {
      this.#log({
        level: "error",
        category: "Host.Timers",
        functionName: this.#name,
        message: `failed: ${String(fault)}`,
      });
    }
  }

  #arm(): void {
    const due = this.#next(this.#clock.now());
    this.#cancel = this.#clock.setTimer(due, () => {
      void this.run(this.#clock.now() - due > 1_000).then(() => {
        if (!this.#stopped) this.#arm();
      });
    });
  }
}

/** The function that returns the next occurrence. Refuses an invalid schedule at load. */
export function scheduleOf(schedule: string): (from: number) => number {
  const span = /^(?:(\d+)\.)?(\d{1,2}):(\d{2}):(\d{2})$/.exec(schedule);
  if (span) {
    const [days = 0, hours = 0, minutes = 0, seconds = 0] = span.slice(1).map((part) => Number(part || 0));
    const ms = (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
    if (ms === 0) throw new Error(`the schedule "${schedule}" leaves no time between two runs`);
    return (from) => from + ms;
  }
  if (schedule.trim().split(/\s+/).length !== 6) {
    throw new Error(`the schedule "${schedule}" is neither NCRONTAB with six fields nor a TimeSpan`);
  }
  const cron = new Cron(schedule, { timezone: "UTC", paused: true });
  return (from) => {
    const next = cron.nextRun(new Date(from));
    if (!next) throw new Error(`the schedule "${schedule}" has no next occurrence`);
    return next.getTime();
  };
}
