import type { Entry, Timeline } from "./timeline";

export interface Violation {
  readonly invariant: string;
  readonly detail: string;
  /** Number of the timeline entry at which it showed. */
  readonly entry: number;
}

type Of<K extends Entry["kind"]> = Extract<Entry, { kind: K }>;

/** Checks design.md §4's invariants on what Azure, the broker and people saw. `finished`: the world came to its end. */
export function check(timeline: Timeline, finished: boolean, leases: readonly string[]): Violation[] {
  const history = new History(timeline);
  const perRequest = history.requests.flatMap((request) => [
    ...oneEffect(history, request),
    ...oneCompletion(history, request),
    ...nothingAfterCancel(history, request),
    ...nothingAfterOutcome(history, request),
    ...truthful(history, request),
    ...(finished ? [] : concluded(history, request)),
  ]);
  const held = finished ? leases.map((detail) => ({ invariant: "I3", detail, entry: history.last })) : [];
  return [...perRequest, ...putRules(history), ...conflictsAnswered(history, finished), ...held].sort(
    (a, b) => a.entry - b.entry,
  );
}

/** The timeline, sorted by what the rules ask for. */
class History {
  readonly puts: Of<"put">[];
  readonly effects: Of<"effect">[];
  readonly reads: Of<"read">[];
  readonly published: Of<"published">[];
  readonly cancels: Of<"cancel-acknowledged">[];
  readonly sent: Of<"sent">[];
  readonly released: Of<"hold-released">[];
  readonly last: number;

  constructor(timeline: Timeline) {
    this.puts = timeline.of("put");
    this.effects = timeline.of("effect");
    this.reads = timeline.of("read");
    this.published = timeline.of("published");
    this.cancels = timeline.of("cancel-acknowledged");
    this.sent = timeline.of("sent");
    this.released = timeline.of("hold-released");
    this.last = timeline.entries.length - 1;
  }

  get requests(): string[] {
    return [...new Set([...this.sent.map((e) => e.request), ...this.puts.map((e) => e.request)])];
  }

  completions(request: string): Of<"published">[] {
    return this.published.filter((e) => e.type === "promotion.completed" && e.request === request);
  }

  effectsOf(request: string): Of<"effect">[] {
    const own = new Set(this.puts.filter((put) => put.request === request).map((put) => put.put));
    return this.effects.filter((effect) => effect.put !== undefined && own.has(effect.put));
  }
}

function oneEffect(history: History, request: string): Violation[] {
  return history
    .effectsOf(request)
    .slice(1)
    .map(({ n }) => ({
      invariant: "I1",
      detail: `${request} swapped a second time`,
      entry: n,
    }));
}

function oneCompletion(history: History, request: string): Violation[] {
  const [first, ...more] = history.completions(request);
  return more.flatMap((event) => {
    if (event.id !== first?.id)
      return [{ invariant: "I4", detail: `${request} has a second completion event id`, entry: event.n }];
    if (event.bytes !== first.bytes)
      return [{ invariant: "I9", detail: `the outcome of ${request} changed`, entry: event.n }];
    return [];
  });
}

function nothingAfterCancel(history: History, request: string): Violation[] {
  const cancel = history.cancels.find((e) => e.request === request);
  if (!cancel) return [];
  const puts = history.puts.filter((put) => put.request === request && put.n > cancel.n);
  const lies = history
    .completions(request)
    .filter((e) => e.outcome === "promoted")
    .slice(0, 1);
  return [
    ...puts.map(({ n }) => ({
      invariant: "I5",
      detail: `a PUT of ${request} after its cancel was acknowledged`,
      entry: n,
    })),
    ...lies.map(({ n }) => ({
      invariant: "I5",
      detail: `${request} was promoted although its cancel was acknowledged`,
      entry: n,
    })),
  ];
}

function nothingAfterOutcome(history: History, request: string): Violation[] {
  const [first] = history.completions(request);
  if (!first) return [];
  return history.puts
    .filter((put) => put.request === request && put.n > first.n)
    .map(({ n }) => ({ invariant: "I9", detail: `a PUT of ${request} after its outcome`, entry: n }));
}

/** I6, and its mirror: an outcome says what really happened. */
function truthful(history: History, request: string): Violation[] {
  const [event] = history.completions(request);
  if (!event?.outcome) return [];
  const effects = history.effectsOf(request);
  if (event.outcome === "promoted") {
    const data = (JSON.parse(event.bytes) as { data: { incoming: { side: string } | null } }).data;
    const side = data.incoming?.side;
    const since = history.effects.find(
      (e) => e.pair === event.pair && e.production === side && e.n < event.n,
    );
    const seen = history.reads.filter(
      (e) => e.pair === event.pair && e.n < event.n && e.n > (since?.n ?? Infinity),
    );
    const shows = (incoming: boolean) =>
      seen.some(
        (e) =>
          (e.side === side) === incoming &&
          e.slot === (incoming ? "Production" : "Staging") &&
          /^succeeded$/i.test(e.state),
      );
    if (!since || !shows(true) || !shows(false))
      return [
        {
          invariant: "I6",
          detail: `${request} was said to be promoted before a read showed it`,
          entry: event.n,
        },
      ];
    return [];
  }
  if (effects.length > 0 && event.outcome !== "halted")
    return [
      {
        invariant: "I6",
        detail: `${request} swapped, and its outcome says ${event.outcome}`,
        entry: event.n,
      },
    ];
  return [];
}

function concluded(history: History, request: string): Violation[] {
  if (history.completions(request).length > 0) return [];
  return [
    {
      invariant: "I7",
      detail: `${request} has no outcome after every deadline and grace`,
      entry: history.last,
    },
  ];
}

function putRules(history: History): Violation[] {
  return history.puts.flatMap((put) => [
    ...put.during.map((other) => ({
      invariant: "I8",
      detail: `PUT ${put.put} overlaps PUT ${other}`,
      entry: put.n,
    })),
    ...(isOnHold(history, put)
      ? [{ invariant: "I10", detail: `PUT ${put.put} while pair ${put.pair} was on hold`, entry: put.n }]
      : []),
    ...(/^blue: ready, green: ready$/.test(put.evidence)
      ? []
      : [
          {
            invariant: "I11",
            detail: `PUT ${put.put} without fresh readiness of both services (${put.evidence})`,
            entry: put.n,
          },
        ]),
    ...(history.sent.some((e) => e.request === put.request)
      ? []
      : [{ invariant: "I1", detail: `PUT ${put.put} belongs to no request (${put.request})`, entry: put.n }]),
  ]);
}

function isOnHold(history: History, put: Of<"put">): boolean {
  const halts = history.published.filter((e) => e.pair === put.pair && e.outcome === "halted" && e.n < put.n);
  const last = halts.at(-1);
  return (
    last !== undefined && !history.released.some((e) => e.pair === put.pair && e.n > last.n && e.n < put.n)
  );
}

/** A request id with two contents: one of them is told that it was not accepted. */
function conflictsAnswered(history: History, finished: boolean): Violation[] {
  if (!finished) return [];
  return history.requests.flatMap((request) => {
    const contents = new Set(history.sent.filter((e) => e.request === request).map((e) => e.content));
    const answered = history.published.some(
      (e) => e.type === "request.not-accepted" && e.request === request && e.code === "request-conflict",
    );
    if (contents.size < 2 || answered) return [];
    return [
      {
        invariant: "I7",
        detail: `${request} came with two contents, and neither was turned away`,
        entry: history.last,
      },
    ];
  });
}
