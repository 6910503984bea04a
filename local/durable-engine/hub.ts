import { randomBytes, randomUUID } from "node:crypto";
import { EngineError, type EngineApp, type EngineClock, type EngineLog } from "./contract";
import { EventType, toTimestamp, type HistoryEvent } from "./history";
import {
  isLive,
  type ActivityRecord,
  type EntityRecord,
  type InstanceRecord,
  type Message,
  type Parent,
  type TimerRecord,
} from "./records";
import { Transaction, type Store } from "./store";

export interface HubSettings {
  readonly hubName: string;
  readonly defaultVersion: string | null;
  readonly versionMatchStrategy: "None" | "Strict" | "CurrentOrOlder";
  readonly versionFailureStrategy: "Reject" | "Fail";
  readonly maxActivities: number;
}

/** What a transaction changes in memory, once it is durable. */
export interface Effects {
  readonly transaction: Transaction;
  readonly apply: (() => void)[];
}

/**
 * The task hub: what is known of instances, entities, messages, timers and activities, and the one way to change it.
 * Memory follows the disk: nothing acts on a change before it is durable.
 */
export class Hub {
  readonly instances = new Map<string, InstanceRecord>();
  readonly entities = new Map<string, EntityRecord>();
  readonly inboxes = new Map<string, Message[]>();
  readonly activities: ActivityRecord[] = [];
  readonly settings: HubSettings;
  readonly clock: EngineClock;
  readonly store: Store;
  readonly log: (line: EngineLog) => void;
  /** Called whenever there may be new work. */
  wake: () => void = () => undefined;
  app: EngineApp | undefined;
  #timers = new Map<string, () => void>();
  #lastSeq = 0;

  constructor(store: Store, settings: HubSettings, clock: EngineClock, log: (line: EngineLog) => void) {
    this.store = store;
    this.settings = settings;
    this.clock = clock;
    this.log = log;
  }

  async load(): Promise<void> {
    for (const record of await this.store.instances()) this.instances.set(record.id, record);
    for (const record of await this.store.entities()) this.entities.set(record.id, record);
    for (const message of await this.store.messages()) this.#deliver(message);
    for (const activity of await this.store.activities()) this.#queue(activity);
    for (const timer of await this.store.timers()) this.#arm(timer);
  }

  close(): void {
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  begin(): Effects {
    return { transaction: new Transaction(), apply: [] };
  }

  async commit(effects: Effects): Promise<void> {
    if (effects.transaction.operations.length > 0) await this.store.commit(effects.transaction);
    for (const apply of effects.apply) apply();
    this.wake();
  }

  event(type: number, fields: Record<string, unknown>): HistoryEvent {
    return {
      EventType: type,
      ...fields,
      EventId: -1,
      IsPlayed: false,
      Timestamp: toTimestamp(this.clock.now()),
    };
  }

  putInstance(effects: Effects, record: InstanceRecord): void {
    effects.transaction.putInstance(record);
    effects.apply.push(() => this.instances.set(record.id, record));
  }

  putEntity(effects: Effects, record: EntityRecord): void {
    effects.transaction.putEntity(record);
    effects.apply.push(() => this.entities.set(record.id, record));
  }

  send(effects: Effects, target: string, event: HistoryEvent, executionId?: string): void {
    const message = { seq: ++this.#lastSeq, target, executionId, event };
    effects.transaction.putMessage(message);
    effects.apply.push(() => {
      this.#deliver(message);
    });
  }

  schedule(effects: Effects, activity: Omit<ActivityRecord, "seq">): void {
    const record = { seq: ++this.#lastSeq, ...activity };
    effects.transaction.putActivity(record);
    effects.apply.push(() => {
      this.#queue(record);
    });
  }

  setTimer(effects: Effects, timer: TimerRecord): void {
    effects.transaction.putTimer(timer);
    effects.apply.push(() => {
      this.#arm(timer);
    });
  }

  /** Forgets the timers of an execution that is over: they could only fire into the void. */
  dropTimersOf(effects: Effects, instanceId: string): void {
    for (const key of this.#timers.keys()) {
      const [id, executionId, timerId] = key.split("\u0000");
      if (id !== instanceId) continue;
      effects.transaction.dropTimer({
        instanceId,
        executionId: executionId ?? "",
        timerId: Number(timerId),
        fireAt: 0,
      });
      effects.apply.push(() => {
        this.#timers.get(key)?.();
        this.#timers.delete(key);
      });
    }
  }

  /** Creates an instance; a live one of the same id is never touched, a finished one is overwritten. */
  create(
    effects: Effects,
    start: {
      name: string;
      input: string | null;
      id?: string;
      version?: string | null;
      parent?: Parent;
      /** Started from another run: such executions have ids without dashes (golden: parent, management.json 64). */
      derived?: boolean;
    },
  ): string {
    const id = start.id ?? randomBytes(16).toString("hex");
    const old = this.instances.get(id);
    if (old && isLive(old.status)) {
      throw new EngineError(409, `An Orchestration instance with the status ${old.status} already exists.`);
    }
    const { name, input, parent } = start;
    const version = start.version ?? this.settings.defaultVersion;
    const now = this.clock.now();
    const executionId = parent || start.derived ? randomBytes(16).toString("hex") : randomUUID();
    if (old) effects.transaction.dropHistory(old);
    const record: InstanceRecord = {
      id,
      name,
      version,
      executionId,
      generation: old ? old.generation + 1 : 0,
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
    // Known at once, so that a second start of the same id meets it while this one is still being written.
    this.instances.set(id, record);
    this.putInstance(effects, record);
    this.send(effects, id, this.#started(record, record.generation), executionId);
    return id;
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

  #deliver(message: Message): void {
    this.#lastSeq = Math.max(this.#lastSeq, message.seq);
    const inbox = this.inboxes.get(message.target);
    if (inbox) inbox.push(message);
    else this.inboxes.set(message.target, [message]);
  }

  #queue(activity: ActivityRecord): void {
    this.#lastSeq = Math.max(this.#lastSeq, activity.seq);
    this.activities.push(activity);
  }

  #arm(timer: TimerRecord): void {
    const { instanceId, executionId, timerId, fireAt } = timer;
    const key = `${instanceId}\u0000${executionId}\u0000${timerId}`;
    const fire = () => {
      this.#timers.delete(key);
      const effects = this.begin();
      effects.transaction.dropTimer(timer);
      const fired = this.event(EventType.TimerFired, { TimerId: timerId, FireAt: toTimestamp(fireAt) });
      this.send(effects, instanceId, fired, executionId);
      this.commit(effects).catch((fault: unknown) => {
        this.log({ level: "error", message: `a timer could not be stored: ${String(fault)}` });
      });
    };
    this.#timers.set(key, this.clock.setTimer(fireAt, fire));
  }
}
