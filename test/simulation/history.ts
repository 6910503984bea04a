import type { Of, Timeline } from "./timeline";

export interface Violation {
  readonly invariant: string;
  readonly detail: string;
  /** Number of the timeline entry at which it showed. */
  readonly entry: number;
}

/** The timeline, sorted by what the rules ask for. */
export class History {
  readonly puts: readonly Of<"put">[];
  readonly effects: readonly Of<"effect">[];
  readonly reads: readonly Of<"read">[];
  readonly published: readonly Of<"published">[];
  readonly cancels: readonly Of<"cancel-acknowledged">[];
  readonly sent: readonly Of<"sent">[];
  readonly held: readonly Of<"held">[];
  readonly hosts: readonly Of<"host">[];
  readonly released: readonly Of<"hold-released">[];
  readonly stored: readonly Of<"outcome-stored">[];
  readonly lists: readonly Of<"listed">[];
  readonly over: readonly Of<"put-over">[];
  readonly faults: readonly Of<"fault">[];
  readonly failed: readonly Of<"failed">[];
  readonly failures: readonly Of<"operation-failed">[];
  readonly probed: readonly Of<"probed">[];
  readonly votes: readonly Of<"voted">[];
  readonly rejections: readonly Of<"rejection-acknowledged">[];
  readonly asked: readonly Of<"swap-back-asked">[];
  readonly looks: readonly Of<"looked">[];
  readonly lookOvers: readonly Of<"look-over">[];
  readonly scheduled: readonly Of<"scheduled">[];
  readonly scheduleWords: readonly Of<"schedule-asked">[];
  readonly scheduleAnswers: readonly Of<"schedule-answered">[];
  readonly last: number;

  constructor(timeline: Timeline) {
    this.puts = timeline.of("put");
    this.effects = timeline.of("effect");
    this.reads = timeline.of("read");
    this.published = timeline.of("published");
    this.cancels = timeline.of("cancel-acknowledged");
    this.sent = timeline.of("sent");
    this.held = timeline.of("held");
    this.hosts = timeline.of("host");
    this.released = timeline.of("hold-released");
    this.stored = timeline.of("outcome-stored");
    this.lists = timeline.of("listed");
    this.over = timeline.of("put-over");
    this.faults = timeline.of("fault");
    this.failed = timeline.of("failed");
    this.failures = timeline.of("operation-failed");
    this.probed = timeline.of("probed");
    this.votes = timeline.of("voted");
    this.rejections = timeline.of("rejection-acknowledged");
    this.asked = timeline.of("swap-back-asked");
    this.looks = timeline.of("looked");
    this.lookOvers = timeline.of("look-over");
    this.scheduled = timeline.of("scheduled");
    this.scheduleWords = timeline.of("schedule-asked");
    this.scheduleAnswers = timeline.of("schedule-answered");
    this.last = timeline.entries.length - 1;
  }

  get requests(): string[] {
    return [...new Set([...this.sent.map((e) => e.request), ...this.puts.map((e) => e.request)])];
  }

  /** Whether somebody who may has asked for a request past gate and opening. */
  isBreakGlass(request: string): boolean {
    return this.sent.some((e) => e.request === request && e.content.includes('"breakGlass":'));
  }

  /** Whether a PUT gives production back: its promotion's first one asked for the other side. */
  isBack(put: Of<"put">): boolean {
    return this.puts.find((e) => e.request === put.request)?.side !== put.side;
  }

  /** Our own PUT that brought an effect about. */
  causeOf(effect: Of<"effect">): Of<"put"> | undefined {
    return this.puts.find(({ put }) => put === effect.put);
  }

  /** Effects of a request's PUTs that give production back. */
  backsOf(request: string): Of<"effect">[] {
    return this.effectsOf(request).filter((effect) => {
      const put = this.causeOf(effect);
      return put !== undefined && this.isBack(put);
    });
  }

  completions(request: string): Of<"published">[] {
    return this.published.filter((e) => e.type === "promotion.completed" && e.request === request);
  }

  effectsOf(request: string): Of<"effect">[] {
    const own = new Set(this.puts.filter((put) => put.request === request).map((put) => put.put));
    return this.effects.filter((effect) => effect.put !== undefined && own.has(effect.put));
  }
}
