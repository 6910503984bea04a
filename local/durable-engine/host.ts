import { createEffects, type Effects } from "./changes";
import { EngineError, type EngineApp, type EngineClock, type EngineLog } from "./contract";
import type { CommitWork } from "./faults";
import { asPlayed, EventType, historyText, type HistoryEvent } from "./history";
import type { HubSettings } from "./settings";
import { visibilityDelayMs } from "./timers";
import { eventAt, type Expected, type TaskHub } from "./hub";
import {
  isLive,
  type ActivityRecord,
  type EntityRecord,
  type InstanceRecord,
  type Parent,
  type TimerRecord,
} from "./records";

interface Start {
  readonly name: string;
  readonly input: string | null;
  readonly id?: string;
  readonly version?: string | null;
  readonly parent?: Parent;
  /** Started by another run: such executions have ids without dashes (golden: parent, management.json 64). */
  readonly derived?: boolean;
}

/** One process on a task hub. It runs the app's functions by its own clock, and can die at any moment. */
export class Host {
  readonly name: string;
  readonly hub: TaskHub;
  readonly app: EngineApp;
  readonly clock: EngineClock;
  readonly settings: HubSettings;
  readonly log: (line: EngineLog) => void;
  readonly #onDeath: () => void;
  readonly #indent: number;
  #alive = true;

  constructor(
    hub: TaskHub,
    app: EngineApp,
    own: {
      readonly name: string;
      readonly clock: EngineClock;
      readonly settings: HubSettings;
      readonly log: (line: EngineLog) => void;
      readonly onDeath: () => void;
      readonly isIndented: boolean;
    },
  ) {
    this.hub = hub;
    this.app = app;
    this.name = own.name;
    this.clock = own.clock;
    this.settings = own.settings;
    this.log = own.log;
    this.#onDeath = own.onDeath;
    this.#indent = own.isIndented ? 2 : 0;
  }

  /** The JSON text that an entity is invoked with. */
  textOf(input: unknown): string {
    return JSON.stringify(input, null, this.#indent);
  }

  /** The JSON text of an orchestrator's input, with its history first. */
  episodeText(past: readonly HistoryEvent[], batch: readonly HistoryEvent[], more: object): string {
    if (this.#indent > 0) return this.textOf({ history: [...asPlayed(past), ...batch], ...more });
    return `{"history":${historyText(past, batch)},${JSON.stringify(more).slice(1)}`;
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Stops in order; work still under way is abandoned as after a crash. */
  retire(): void {
    this.#alive = false;
  }

  /** Dies at once: nothing under way is ever stored or answered. */
  die(): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.#onDeath();
  }

  begin(): Effects {
    return createEffects(this.hub.epoch);
  }

  commit(effects: Effects, work: Omit<CommitWork, "host">, expected?: Expected): Promise<boolean> {
    return this.hub.commit(this, effects, { host: this.name, ...work }, expected);
  }

  event(type: number, fields: Record<string, unknown>): HistoryEvent {
    return eventAt(this.clock.now(), type, fields);
  }

  putInstance(effects: Effects, record: InstanceRecord): void {
    effects.history.push({ type: "putInstance", record });
    effects.row.push({ type: "putRow", record });
  }

  putEntity(effects: Effects, record: EntityRecord): void {
    effects.history.push({ type: "putEntity", record });
  }

  send(effects: Effects, target: string, event: HistoryEvent, executionId?: string): void {
    const message = { seq: this.hub.queues.nextSeq(), target, executionId, event };
    effects.messages.push({ type: "putMessage", message });
  }

  /** Replies to a request of an orchestration to an entity. */
  answer(effects: Effects, target: string, event: HistoryEvent, executionId: string | undefined): void {
    const message = { seq: this.hub.queues.nextSeq(), target, executionId, event, isReply: true };
    effects.messages.push({ type: "putMessage", message });
  }

  /** Forwards an event that no generation has consumed yet. */
  carryOver(effects: Effects, target: string, event: HistoryEvent): void {
    const message = { seq: this.hub.queues.nextSeq(), target, event, isCarried: true };
    effects.messages.push({ type: "putMessage", message });
  }

  schedule(effects: Effects, activity: Omit<ActivityRecord, "seq">): void {
    const record = { seq: this.hub.queues.nextSeq(), ...activity };
    effects.messages.push({ type: "putActivity", activity: record });
  }

  setTimer(effects: Effects, timer: Omit<TimerRecord, "dueAt">): void {
    const dueAt = this.hub.clock.now() + visibilityDelayMs(timer.fireAt - this.clock.now());
    effects.messages.push({ type: "putTimer", timer: { ...timer, dueAt } });
  }

  /** Removes the timers of an execution that is over. */
  dropTimersOf(effects: Effects, instanceId: string): void {
    const timers = this.hub.timersOf(instanceId);
    if (timers.length > 0) effects.inputs.push({ type: "dropTimersOf", instanceId, timers });
  }

  /** Creates an instance. Refuses the id of a live one, and overwrites a finished one. */
  create(effects: Effects, start: Start): string {
    const id = start.id ?? this.hub.ids.hex();
    const over = this.hub.instances.get(id);
    const record = this.#newRecord(id, start, over);
    if (start.parent) {
      const isAgain = over && isSameTask(over.parent, start.parent);
      // Starts of sub-orchestrations are not deduplicated: an episode that runs twice restarts its child.
      if (over && isLive(over.status) && !isAgain) throw isThere(over.status);
      if (over) effects.messages.push({ type: "dropHistory", record: over });
      effects.messages.push({ type: "putInstance", record });
    } else {
      const row = this.hub.row(id);
      if (this.hub.isStarting(id)) throw isThere("Pending");
      if (row && isLive(row.status)) throw isThere(row.status);
      // Reserved at once, so that a second start of the same id finds it while this one is being written.
      this.hub.reserve(effects, id);
      effects.row.push({ type: "insertInstance", record, over }, { type: "putRow", record });
    }
    this.send(effects, id, this.#started(record, record.generation), record.executionId);
    return id;
  }

  #newRecord(id: string, start: Start, over: InstanceRecord | undefined): InstanceRecord {
    const { name, input, parent } = start;
    const now = this.clock.now();
    return {
      id,
      name,
      version: start.version ?? this.settings.defaultVersion,
      executionId: parent || start.derived ? this.hub.ids.hex() : this.hub.ids.uuid(),
      generation: over ? over.generation + 1 : 0,
      status: "Pending",
      input,
      shownInput: input,
      output: null,
      customStatus: null,
      createdAt: now,
      updatedAt: now,
      parent,
      episodes: 0,
    };
  }

  /** The ExecutionStarted event of a record; generations after a continue-as-new have a null `Generation`. */
  restarted(record: InstanceRecord): HistoryEvent {
    return this.#started(record, null);
  }

  #started(record: InstanceRecord, generation: number | null): HistoryEvent {
    const { id, executionId, name, version, input, parent } = record;
    return this.event(EventType.ExecutionStarted, {
      OrchestrationInstance: { InstanceId: id, ExecutionId: executionId },
      ParentInstance: parent
        ? {
            Name: parent.name,
            OrchestrationInstance: { InstanceId: parent.instanceId, ExecutionId: parent.executionId },
            TaskScheduleId: parent.taskId,
            Version: null,
          }
        : null,
      Name: name,
      Version: version,
      Input: input,
      Tags: null,
      Correlation: null,
      ParentTraceContext: null,
      ScheduledStartTime: null,
      Generation: generation === null || parent ? null : generation,
      GenerateNewTrace: false,
    });
  }
}

function isThere(status: string): EngineError {
  return new EngineError(409, `An Orchestration instance with the status ${status} already exists.`);
}

function isSameTask(a: Parent | undefined, b: Parent): boolean {
  return a?.instanceId === b.instanceId && a.executionId === b.executionId && a.taskId === b.taskId;
}
