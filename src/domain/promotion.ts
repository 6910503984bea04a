import { shortOutcome, tellVerdict, type AttemptOutcome } from "./attempt-told";
import type { ChainHead } from "./audit-chain";
import { clip, leaveOut } from "./clip";
import type { Reason } from "./codes";
import { sealEnding, type Ending } from "./completion-event";
import { archived, type Gate } from "./gate";
import { isNotable, shortOrigin, shortRequest, withinRoom } from "./ledger-room";
import type { Outcome, Phase, WaitedFor } from "./outcome";
import { isTransition } from "./outcome";
import type { SwapBackOrder } from "./pair";
import type { PairIdentity } from "./pair-key";
import { describeChange, type Plan, type Prerequisite } from "./plan";
import { asked, closed, voted, type GateChange } from "./promotion-gate";
import { reduced } from "./retention";
import { shortSide, type SideReadiness } from "./side-readiness";
import type { SoakEvidence } from "./soak";
import type { RequestOrigin, Side, SwapRequest } from "./swap-request";
import type { Waiting } from "./waiting";

export interface TimelineEntry {
  readonly at: number;
  readonly phase: Phase;
  readonly note?: string | undefined;
  /** How many entries were left out before this one. */
  readonly omitted?: number | undefined;
}

/** The end of a promotion. `event` holds the frozen bytes of its completion event. */
export interface Conclusion {
  readonly outcome: Outcome;
  readonly reason: Reason;
  readonly waitingFor?: WaitedFor | undefined;
  readonly at: number;
  readonly event: string;
}

/** The ledger of one request: durable state of the `promotion` entity, keyed by request id. Never purged, reduced at last. */
export interface PromotionState {
  readonly v: 1;
  /** Counts the changes; the HTTP API's ETag. */
  readonly revision: number;
  readonly requestId: string;
  /** SHA-256 of the canonical JSON of the request's data. */
  readonly contentHash: string;
  readonly request: SwapRequest;
  readonly origin: RequestOrigin;
  /** Its pair, which the request names by the label of then; whatever is taken up has one, see `pairOf`. */
  readonly pair?: PairIdentity | undefined;
  readonly acceptedAt: number;
  readonly phase: Phase;
  /** At most 24 entries, with notes of at most 100 characters; the middle is left out, and counted, when there are more. */
  readonly timeline: readonly TimelineEntry[];
  /** The run in charge, and the how many-th it is; writes of an older run are ignored. */
  readonly run?: { readonly id: string; readonly startedAt: number; readonly n: number } | undefined;
  /** The side that is to hold production, resolved once at the first plan. */
  readonly target?: Side | undefined;
  readonly plan?: Plan | undefined;
  /** What set this plan apart from the one before it, for whoever had approved that one. */
  readonly planChange?: string | undefined;
  /** The question put to people, where somebody has to approve. */
  readonly gate?: Gate | undefined;
  readonly waiting?: Waiting | undefined;
  /** Deadlines set at first entry, so that a resumed run does not start them anew. */
  readonly deadlines: {
    readonly opening?: number | undefined;
    readonly turn?: number | undefined;
    readonly readiness?: number | undefined;
    readonly soak?: number | undefined;
    readonly swapBack?: number | undefined;
  };
  /** How often it was planned. */
  readonly plans: number;
  /** What was last seen of both sides. */
  readonly readiness?: readonly SideReadiness[] | undefined;
  readonly attempts: readonly AttemptNote[];
  /** What the soak has measured, when it was over. */
  readonly soak?: SoakEvidence | undefined;
  /** Why it is, or was, to be swapped back. */
  readonly swapBack?: Omit<SwapBackOrder, "id"> | undefined;
  readonly conclusion?: Conclusion | undefined;
  readonly announcedAt?: number | undefined;
  /** It is past its retention, and holds only what duplicates are answered with, see `retention.ts`. */
  readonly reduced?: true | undefined;
  /** Where its audit chain ends, and the hash of the policy it was last planned under. */
  readonly audit?: (ChainHead & { readonly policyHash?: string | undefined }) | undefined;
}

/** What came of one attempt, for people. */
export interface AttemptNote {
  readonly at: number;
  readonly n: number;
  /** Absent: the forward swap. */
  readonly act?: "swap-back" | undefined;
  readonly verdict: AttemptOutcome;
  /** What was seen before and did not stand in its way. */
  readonly evidence?: string | undefined;
  /** How many attempts were left out before this one. */
  readonly omitted?: number | undefined;
}

export interface Registration {
  readonly requestId: string;
  readonly contentHash: string;
  readonly request: SwapRequest;
  readonly origin: RequestOrigin;
  /** The pair that the request names, as the pairs file has it now. */
  readonly pair?: PairIdentity | undefined;
  readonly at: number;
}

/** Changes of a promotion, each naming what it changes so that repeats and reorderings are harmless. */
export type PromotionChange =
  /** A run takes charge; the first one brings the registration along. */
  | {
      readonly kind: "begin";
      readonly runId: string;
      readonly at: number;
      readonly registration?: Registration | undefined;
    }
  /** Changes nothing: a run that continues reads where it stands, and whether it is still in charge. */
  | { readonly kind: "go-on"; readonly runId: string }
  | {
      readonly kind: "enter";
      readonly runId: string;
      readonly phase: Phase;
      readonly at: number;
      readonly note?: string | undefined;
      readonly deadlines?: PromotionState["deadlines"] | undefined;
    }
  | {
      readonly kind: "wait";
      readonly runId: string;
      readonly waiting: Waiting;
      readonly readiness?: readonly SideReadiness[] | undefined;
    }
  | { readonly kind: "plan"; readonly runId: string; readonly plan: Plan; readonly at: number }
  | GateChange
  | { readonly kind: "note-attempt"; readonly runId: string; readonly note: AttemptNote }
  | {
      readonly kind: "watched";
      readonly runId: string;
      readonly soak?: SoakEvidence | undefined;
      readonly swapBack?: SwapBackOrder | undefined;
    }
  | {
      readonly kind: "conclude";
      readonly runId?: string | undefined;
      readonly ending: Ending;
      readonly at: number;
    }
  | { readonly kind: "announced"; readonly at: number }
  /** Its retention is over; nothing happens to one that is not announced. */
  | { readonly kind: "reduce" };

/** A new ledger entry, or the one that is there: registering never overwrites. */
export function register(current: PromotionState | undefined, r: Registration): PromotionState {
  return (
    current ?? {
      v: 1,
      revision: 1,
      requestId: r.requestId,
      contentHash: r.contentHash,
      request: shortRequest(r.request),
      origin: shortOrigin(r.origin),
      pair: r.pair,
      acceptedAt: r.at,
      phase: "accepted",
      timeline: [{ at: r.at, phase: "accepted", note: breakGlassNote(r.origin) }],
      deadlines: {},
      plans: 0,
      attempts: [],
    }
  );
}

/** The pair of a promotion. */
export function pairOf({ requestId, pair }: Pick<PromotionState, "requestId" | "pair">): PairIdentity {
  if (!pair) throw new Error(`promotion ${requestId} was registered without its pair`);
  return pair;
}

/** The entry that a change is about: the one that is there, or the one that a run registers. Undefined: there is none. */
export function entryFor(
  current: PromotionState | undefined,
  change: PromotionChange,
): PromotionState | undefined {
  if (change.kind !== "begin" || !change.registration) return current;
  return register(current, change.registration);
}

function breakGlassNote({ breakGlass, principal }: RequestOrigin): string | undefined {
  return breakGlass && clip(`break-glass by ${principal?.name ?? "?"}: ${breakGlass.reason}`, NOTE_LENGTH);
}

// What ordinary promotions are told of; `ledger-room.ts` has the last word where all of it comes together.
const TIMELINE_LIMIT = 24;
const NOTE_LENGTH = 100;
const ATTEMPT_LIMIT = 4;
const ATTEMPT_EVIDENCE_LENGTH = 120;
const WAITING_LENGTH = 400;
const CHANGE_LENGTH = 160;
const BY_LENGTH = 60;
const ORDER_LENGTH = 160;
const MEASURED_LENGTH = 80;
const EVIDENCE_LENGTH = 100;
const NOTABLE_LENGTH = 240;

function entered(state: PromotionState, phase: Phase, at: number, told?: string): PromotionState {
  const note = told === undefined ? undefined : clip(told, NOTE_LENGTH);
  const last = state.timeline.at(-1);
  const again = last?.phase === phase && (note === undefined || last.note === note);
  if (again || !isTransition(state.phase, phase)) return state;
  const entry: TimelineEntry = note === undefined ? { at, phase } : { at, phase, note };
  const timeline = leaveOut([...state.timeline, entry], TIMELINE_LIMIT);
  // What was waited for belongs to the phase before.
  return { ...state, phase, timeline, waiting: undefined };
}

/**
 * Applies one change. Idempotent; the first conclusion wins, and after it only `announced` and `reduce` have an effect.
 * Changes of a run that is no longer in charge are ignored.
 */
export function changePromotion(state: PromotionState, change: PromotionChange): PromotionState {
  const next = applied(state, change);
  return next === state ? state : withinRoom({ ...next, revision: state.revision + 1 });
}

function applied(state: PromotionState, change: PromotionChange): PromotionState {
  if (change.kind === "announced") return announced(state, change.at);
  if (change.kind === "reduce") return reduced(state);
  if (state.conclusion) return state;
  if (change.kind === "begin") return begun(state, change.runId, change.at);
  if (change.kind === "vote") return voted(state, change);
  if (change.kind === "close-gate") return closed(state, change.at);
  return change.runId === undefined || change.runId === state.run?.id ? changedByRun(state, change) : state;
}

function announced(state: PromotionState, at: number): PromotionState {
  return state.conclusion && state.announcedAt === undefined ? { ...state, announcedAt: at } : state;
}

function begun(state: PromotionState, id: string, startedAt: number): PromotionState {
  return state.run?.id === id ? state : { ...state, run: { id, startedAt, n: (state.run?.n ?? 0) + 1 } };
}

type RunChange = Exclude<PromotionChange, { kind: "announced" | "reduce" | "begin" | "vote" | "close-gate" }>;

function changedByRun(state: PromotionState, change: RunChange): PromotionState {
  switch (change.kind) {
    case "enter":
      return {
        ...entered(state, change.phase, change.at, change.note),
        deadlines: change.deadlines ?? state.deadlines,
      };
    case "wait":
      return waited(state, change);
    case "go-on":
      return state;
    case "plan":
      return planned(state, change.plan);
    case "ask-approval":
      return asked(state, change);
    case "note-attempt":
      return attempted(state, change.note);
    case "watched":
      return watched(state, change);
    case "conclude":
      return {
        ...entered(state, "concluded", change.at),
        conclusion: sealEnding(state, change.ending, change.at),
        waiting: undefined,
        readiness: undefined,
        gate: state.gate && archived(state.gate),
        plan: state.plan && over(told(state.plan)),
      };
  }
}

function waited(
  state: PromotionState,
  { waiting, readiness }: Extract<PromotionChange, { kind: "wait" }>,
): PromotionState {
  return {
    ...state,
    waiting: { ...waiting, detail: clip(waiting.detail, WAITING_LENGTH) },
    readiness: readiness?.map((side) => shortSide(side)) ?? state.readiness,
  };
}

function attempted(state: PromotionState, note: AttemptNote): PromotionState {
  const verdict = shortOutcome(note.verdict);
  const text = tellVerdict(verdict);
  const evidence = note.evidence && clip(note.evidence, ATTEMPT_EVIDENCE_LENGTH);
  const known = state.attempts.some(
    (a) => a.n === note.n && tellVerdict(a.verdict) === text && a.evidence === evidence,
  );
  if (known) return state;
  const kept = { ...note, verdict, ...(evidence ? { evidence } : {}) };
  return { ...state, attempts: leaveOut([...state.attempts, kept], ATTEMPT_LIMIT) };
}

/** The first decision to swap back stands. */
function watched(
  state: PromotionState,
  { soak: measured, swapBack }: Extract<PromotionChange, { kind: "watched" }>,
): PromotionState {
  if (state.swapBack || (!measured && !swapBack)) return state;
  const soak = measured && {
    ...measured,
    last: measured.last.map((each) => ({ ...each, detail: clip(each.detail, MEASURED_LENGTH) })),
  };
  // The swap is done: prerequisites that were met have nothing more to say, and what was measured needs their room.
  const plan = state.plan && { ...state.plan, prerequisites: state.plan.prerequisites.filter(isNotable) };
  if (!swapBack) return { ...state, plan, soak };
  return { ...state, plan, soak: soak ?? state.soak, swapBack: recorded(swapBack) };
}

function recorded({ cause, by, oid, note, at }: SwapBackOrder): PromotionState["swapBack"] {
  const who = oid === undefined ? {} : { oid };
  return { cause, by: clip(by, BY_LENGTH), ...who, note: clip(note, ORDER_LENGTH), at };
}

function planned(state: PromotionState, plan: Plan): PromotionState {
  // What is watched or swapped back has been carried out: it is not planned anew.
  if (state.soak || state.swapBack) return state;
  if (state.plan?.plannedAt === plan.plannedAt && state.plan.hash === plan.hash) return state;
  const isOther = state.plan && state.plan.hash !== plan.hash;
  const planChange = isOther ? clip(describeChange(state.plan, plan), CHANGE_LENGTH) : state.planChange;
  const kept = { ...plan, prerequisites: plan.prerequisites.map(shortened) };
  const target = state.target ?? plan.incoming.side;
  return { ...state, plan: kept, planChange, target, plans: state.plans + 1 };
}

/** A plan that is carried out, or never will be: what people are told of it stays, its roles and probes need not. */
function told(plan: Plan): Plan {
  const { probes: _probes, ...policy } = plan.policy;
  return {
    ...plan,
    policy,
    wayBack: undefined,
    incoming: { ...plan.incoming, roles: [] },
    outgoing: { ...plan.outgoing, roles: [] },
    prerequisites: plan.prerequisites.filter(isNotable),
  };
}

/** Nobody is asked any more. */
function over(plan: Plan): Plan {
  const { approval: _approval, ...policy } = plan.policy;
  return { ...plan, policy };
}

/** What is met needs fewer words than what is not. */
function shortened(p: Prerequisite): Prerequisite {
  return { ...p, evidence: clip(p.evidence, isNotable(p) ? NOTABLE_LENGTH : EVIDENCE_LENGTH) };
}
