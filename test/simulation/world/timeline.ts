import type { Side } from "../../../src/domain/kernel/swap-request";
import type { Risk } from "../plans/world-plan";

/** What the simulated Azure, broker and people observed, never the app's own statements. Times are virtual ms. */
export type Happening =
  /** `since`: the first try, if earlier; `means`: the requested side, whatever a file calls it. */
  | {
      readonly kind: "sent";
      readonly request: string;
      readonly pair: string;
      readonly content: string;
      readonly since?: number;
      readonly means?: string;
    }
  /** With edited files: the promotion record has the request from now on. */
  | { readonly kind: "registered"; readonly request: string }
  /** Somebody sends a request with an id of a schedule, or a similar one. */
  | { readonly kind: "squatted"; readonly id: string; readonly pair: string; readonly promote: Side }
  /** An operator cancels everything of a pair; `answered`: each result was cancelled or already over. */
  | {
      readonly kind: "all-cancelled";
      readonly pair: string;
      readonly askedAt: number;
      readonly answered: boolean;
    }
  /** A request was refused over HTTP and left nothing behind. */
  | {
      readonly kind: "turned-away";
      readonly request: string;
      readonly pair: string;
      readonly code: string;
      readonly content: string;
    }
  | { readonly kind: "malformed-sent"; readonly body: string }
  | {
      readonly kind: "put";
      readonly put: number;
      readonly request: string;
      readonly pair: string;
      readonly side: Side;
      readonly host: string;
      /** The execution of a function that sent it, and how long it had run (world time). */
      readonly execution: string;
      readonly sinceMs: number;
      readonly evidence: string;
      readonly during: readonly number[];
      readonly unready: readonly string[];
    }
  /** `retryAfterMs`: the wait that the reply requires of the sender. */
  | {
      readonly kind: "put-over";
      readonly put: number;
      readonly how: string;
      readonly retryAfterMs?: number;
    }
  /** The operation of a PUT has failed or was cancelled, without effect. */
  | { readonly kind: "failed"; readonly put: number }
  | {
      readonly kind: "effect";
      readonly pair: string;
      readonly production: Side;
      readonly put: number | undefined;
      readonly unready: readonly string[];
    }
  | {
      readonly kind: "read";
      readonly host: string;
      readonly pair: string;
      readonly side: Side;
      readonly slot: string;
      readonly state: string;
      readonly version: string;
      /** The request, function and execution of the read. */
      readonly request: string;
      readonly activity: string;
      readonly execution: string;
    }
  /** A list of role instances on the wire; `unready` describes what was missing. */
  | {
      readonly kind: "listed";
      readonly host: string;
      readonly pair: string;
      readonly side: Side;
      readonly unready: string | undefined;
      readonly request: string;
      readonly activity: string;
      readonly execution: string;
    }
  /** Resource Manager reported the failure of a swap's operation to an execution that had run for `sinceMs`. */
  | {
      readonly kind: "operation-failed";
      readonly host: string;
      readonly request: string;
      readonly sinceMs: number;
    }
  | {
      readonly kind: "published";
      readonly type: string;
      readonly id: string;
      readonly request: string | undefined;
      readonly pair: string | undefined;
      readonly outcome: string | undefined;
      readonly code: string | undefined;
      readonly bytes: string;
    }
  /** The promotion record has an outcome from now on; it is published later. */
  | { readonly kind: "outcome-stored"; readonly request: string }
  /** The pair has a claim from now on. */
  | { readonly kind: "claim-stored"; readonly request: string; readonly pair: string }
  | { readonly kind: "cancel-acknowledged"; readonly request: string }
  /** A person sets a hold with an id; `held`: it was acknowledged. */
  | { readonly kind: "hold-asked"; readonly pair: string; readonly hold: string }
  | { readonly kind: "held"; readonly pair: string; readonly hold: string }
  /** A person releases one hold, by its id, or all holds. */
  | {
      readonly kind: "hold-released";
      readonly pair: string;
      readonly release: number;
      readonly hold: string | undefined;
    }
  | { readonly kind: "release-answered"; readonly release: number; readonly status: number }
  /** A probe on the wire; `answer`: well, failure or error. */
  | {
      readonly kind: "probed";
      readonly host: string;
      readonly pair: string;
      readonly side: Side;
      readonly slot: "production" | "staging";
      readonly answer: string;
      readonly request: string;
      readonly activity: string;
    }
  /** A person reads the question. */
  | { readonly kind: "question-shown"; readonly request: string; readonly plan: string }
  /** A person votes on that question; `versions`: both services' versions at that time. */
  | {
      readonly kind: "voted";
      readonly vote: number;
      readonly request: string;
      readonly by: string;
      readonly application: boolean;
      readonly decision: "approve" | "reject";
      readonly plan: string;
      readonly versions: string;
    }
  | { readonly kind: "vote-counted"; readonly vote: number }
  | { readonly kind: "rejection-acknowledged"; readonly request: string }
  /** A person orders a rollback; the pair coordinator decides whether it is granted. */
  | { readonly kind: "rollback-asked"; readonly request: string }
  | { readonly kind: "rollback-acknowledged"; readonly request: string }
  /** The schedule timer fires on a host, with this file (by number) and clock. */
  | {
      readonly kind: "checked";
      readonly check: number;
      readonly host: string;
      readonly file: number;
      readonly clock: number;
    }
  | { readonly kind: "check-over"; readonly check: number }
  /** The promotion record has a scheduled promotion; `minute` is its time, counted from the world's start. */
  | {
      readonly kind: "scheduled";
      readonly request: string;
      readonly pair: string;
      readonly minute: number;
      readonly expiresAfterMs: number;
    }
  /** A person pauses or resumes a schedule; `minutes` are its times on the called host. */
  | {
      readonly kind: "schedule-asked";
      readonly ask: number;
      readonly what: "pause" | "resume";
      readonly pair: string;
      readonly schedule: string;
      readonly minutes: string;
    }
  | { readonly kind: "schedule-answered"; readonly ask: number; readonly status: number }
  /** A pair's audit was exported and verified at the end. */
  | { readonly kind: "audited"; readonly pair: string; readonly findings: readonly string[] }
  | { readonly kind: "terminated"; readonly request: string }
  | { readonly kind: "fault"; readonly what: string }
  /** A residual risk occurs at the PUT of this execution, and may cause what follows. */
  | { readonly kind: "risk"; readonly risk: Risk["kind"]; readonly pair: string; readonly execution: string }
  /** `pairsFile`: the number of the host's pairs file. */
  | {
      readonly kind: "host";
      readonly host: string;
      readonly what: string;
      readonly pairsFile?: number;
    };

export type Entry = Happening & { readonly n: number; readonly at: number };

/** An entry of one kind. */
export type Of<K extends Entry["kind"]> = Extract<Entry, { kind: K }>;

/** The journal of a simulated world, in order. */
export class Timeline {
  readonly entries: Entry[] = [];
  readonly #byKind: { readonly [K in Entry["kind"]]?: Of<K>[] } = {};
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  add(happening: Happening): void {
    this.take({ ...happening, n: this.entries.length, at: this.#now() });
  }

  /** Adds an entry of another journal unchanged. */
  take(entry: Entry): void {
    this.entries.push(entry);
    (this.of(entry.kind) as Entry[]).push(entry);
  }

  /** The entries of one kind; the list grows with the journal. */
  of<K extends Entry["kind"]>(kind: K): readonly Of<K>[] {
    const lists = this.#byKind as { [kind in K]?: Of<K>[] };
    return (lists[kind] ??= []);
  }
}

/** One line for a person. */
export function report({ n, at, kind, ...rest }: Entry): string {
  const facts = Object.entries(rest)
    .filter(
      ([name, value]) =>
        value !== undefined && name !== "bytes" && !(Array.isArray(value) && value.length === 0),
    )
    .map(([name, value]) => `${name}=${String(value)}`);
  return `${String(n).padStart(4)}  ${new Date(at).toISOString().slice(11, 23)}  ${kind.padEnd(20)} ${facts.join("  ")}`;
}
