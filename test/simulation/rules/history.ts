import type { Side } from "../../../src/domain/kernel/swap-request";
import type { PairsFile } from "../plans/world-plan";
import type { Of, Timeline } from "../world/timeline";
import { stagingWhenPlanned } from "./first-plan";
import { PairsRecord } from "./pairs-record";

export interface Violation {
  readonly invariant: string;
  readonly detail: string;
  /** The number of the timeline entry that shows it. */
  readonly entry: number;
}

const sides = ["blue", "green"] as const;
const promoted = /"promote":"(blue|green|staging|either)"/;

/** The timeline, sorted for the rules. */
export class History {
  readonly puts: readonly Of<"put">[];
  readonly effects: readonly Of<"effect">[];
  readonly reads: readonly Of<"read">[];
  readonly published: readonly Of<"published">[];
  readonly cancels: readonly Of<"cancel-acknowledged">[];
  readonly sent: readonly Of<"sent">[];
  readonly held: readonly Of<"held">[];
  readonly hosts: readonly Of<"host">[];
  readonly holdsAsked: readonly Of<"hold-asked">[];
  readonly released: readonly Of<"hold-released">[];
  readonly releases: readonly Of<"release-answered">[];
  readonly stored: readonly Of<"outcome-stored">[];
  readonly claims: readonly Of<"claim-stored">[];
  readonly lists: readonly Of<"listed">[];
  readonly over: readonly Of<"put-over">[];
  readonly faults: readonly Of<"fault">[];
  readonly failed: readonly Of<"failed">[];
  readonly failures: readonly Of<"operation-failed">[];
  readonly probed: readonly Of<"probed">[];
  readonly votes: readonly Of<"voted">[];
  readonly counted: readonly Of<"vote-counted">[];
  readonly rejections: readonly Of<"rejection-acknowledged">[];
  readonly asked: readonly Of<"rollback-asked">[];
  readonly orders: readonly Of<"rollback-acknowledged">[];
  readonly checks: readonly Of<"checked">[];
  readonly checkOvers: readonly Of<"check-over">[];
  readonly scheduled: readonly Of<"scheduled">[];
  readonly scheduleWords: readonly Of<"schedule-asked">[];
  readonly scheduleAnswers: readonly Of<"schedule-answered">[];
  readonly audits: readonly Of<"audited">[];
  readonly shown: readonly Of<"question-shown">[];
  readonly turnedAway: readonly Of<"turned-away">[];
  readonly squats: readonly Of<"squatted">[];
  readonly allCancelled: readonly Of<"all-cancelled">[];
  readonly pairsRecord: PairsRecord;
  readonly last: number;
  readonly lastAt: number;
  readonly #targets = new Map<string, readonly Side[]>();

  constructor(timeline: Timeline, files: readonly PairsFile[] = []) {
    this.pairsRecord = new PairsRecord(timeline, files);
    this.turnedAway = timeline.of("turned-away");
    this.squats = timeline.of("squatted");
    this.allCancelled = timeline.of("all-cancelled");
    this.puts = timeline.of("put");
    this.effects = timeline.of("effect");
    this.reads = timeline.of("read");
    this.published = timeline.of("published");
    this.cancels = timeline.of("cancel-acknowledged");
    this.held = timeline.of("held");
    this.hosts = timeline.of("host");
    this.holdsAsked = timeline.of("hold-asked");
    this.released = timeline.of("hold-released");
    this.releases = timeline.of("release-answered");
    this.stored = timeline.of("outcome-stored");
    this.claims = timeline.of("claim-stored");
    this.lists = timeline.of("listed");
    this.over = timeline.of("put-over");
    this.faults = timeline.of("fault");
    this.failed = timeline.of("failed");
    this.failures = timeline.of("operation-failed");
    this.probed = timeline.of("probed");
    this.votes = timeline.of("voted");
    this.counted = timeline.of("vote-counted");
    this.rejections = timeline.of("rejection-acknowledged");
    this.asked = timeline.of("rollback-asked");
    this.orders = timeline.of("rollback-acknowledged");
    this.checks = timeline.of("checked");
    this.checkOvers = timeline.of("check-over");
    this.scheduled = timeline.of("scheduled");
    this.scheduleWords = timeline.of("schedule-asked");
    this.scheduleAnswers = timeline.of("schedule-answered");
    this.audits = timeline.of("audited");
    this.shown = timeline.of("question-shown");
    this.sent = this.pairsRecord.isEdited
      ? timeline.of("sent").map((e) => this.#asMeant(e))
      : timeline.of("sent");
    this.last = timeline.entries.length - 1;
    this.lastAt = timeline.entries.at(-1)?.at ?? 0;
  }

  get requests(): string[] {
    return [...new Set([...this.sent.map((e) => e.request), ...this.puts.map((e) => e.request)])];
  }

  /** Whether somebody with permission used break-glass for a request. */
  isBreakGlass(request: string): boolean {
    return this.sent.some((e) => e.request === request && e.content.includes('"breakGlass":'));
  }

  /**
   * The sides that may take production for a request: the requested one, or the first plan's staging. Both when the
   * wire leaves it open.
   */
  targetsOf(request: string): readonly Side[] {
    const known = this.#targets.get(request);
    if (known) return known;
    const named = this.pairsRecord.isEdited
      ? this.pairsRecord.meaningsOf(request).map(({ promote }) => promote)
      : this.sent.flatMap(({ request: id, content }) =>
          id === request ? (promoted.exec(content)?.[1] ?? []) : [],
        );
    const targets = sides.filter((side) =>
      named.some((name) =>
        name === "either"
          ? true
          : name === "staging"
            ? stagingWhenPlanned(this, request).includes(side)
            : name === side,
      ),
    );
    this.#targets.set(request, targets);
    return targets;
  }

  /** The pair and the side that a request means when names or sides were exchanged. */
  #asMeant(sent: Of<"sent">): Of<"sent"> {
    const meanings = this.pairsRecord.meaningsOf(sent.request);
    const read = this.reads.find((e) => e.request === sent.request);
    const [means = "either", ...others] = new Set(meanings.map(({ promote }) => promote));
    return {
      ...sent,
      pair: read?.pair ?? meanings[0]?.pair ?? sent.pair,
      means: others.length > 0 ? "either" : means,
    };
  }

  /** Whether a PUT returns production: its promotion has already sent one for the requested side. */
  isBack(put: Of<"put">): boolean {
    const targets = this.targetsOf(put.request);
    const first = this.puts.find((e) => e.request === put.request && targets.includes(e.side));
    return first !== undefined && first.n < put.n && first.side !== put.side;
  }

  /** The app's PUT that caused an effect. */
  causeOf(effect: Of<"effect">): Of<"put"> | undefined {
    return this.puts.find(({ put }) => put === effect.put);
  }

  /** Effects of a request's PUTs that return production. */
  backsOf(request: string): Of<"effect">[] {
    return this.effectsOf(request).filter((effect) => {
      const put = this.causeOf(effect);
      return put !== undefined && this.isBack(put);
    });
  }

  /** The last reads of each service by the execution of a PUT. */
  lastReads(put: Of<"put">): readonly (Of<"read"> | undefined)[] {
    return sides.map((side) =>
      this.reads.filter((e) => e.execution === put.execution && e.side === side && e.n < put.n).at(-1),
    );
  }

  /** The sides whose instances must run before a forward PUT. */
  sidesToRun({ request, side }: Of<"put">): readonly Side[] {
    return this.isBreakGlass(request) ? [side] : sides;
  }

  /** Promotions that put a pair on hold, from when their outcome was stored or published, whichever came first. */
  stopsOf(pair: string): readonly { readonly request: string; readonly n: number }[] {
    return this.requests.flatMap((request) => {
      const [described] = this.completions(request);
      if (described?.pair !== pair || !["halted", "rolled-back"].includes(described.outcome ?? "")) return [];
      const stored = this.stored.find((e) => e.request === request);
      return [{ request, n: Math.min(described.n, stored?.n ?? Infinity) }];
    });
  }

  /**
   * Whether a hold set at `n` or later may have been released before a PUT. A release without an answer may still
   * have taken effect.
   */
  mayBeReleased(put: Of<"put">, { hold, n }: { readonly hold: string; readonly n: number }): boolean {
    return this.released.some((e) => {
      const isMeant = e.pair === put.pair && (e.hold === undefined || e.hold === hold);
      const answer = this.releases.find(({ release }) => release === e.release);
      return isMeant && e.n < put.n && (answer?.n ?? Infinity) > n;
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
