import { archived } from "../approval/gate";
import { shortSide } from "../cloud-service/readiness-view";
import { isTransition, type Phase } from "../kernel/outcome";
import type { RequestOrigin } from "../kernel/swap-request";
import { truncate, truncateList } from "../kernel/truncate";
import type { RollbackOrder } from "../pair/pair";
import { describeChange, type Plan, type Prerequisite } from "../plan/plan";
import { shortOutcome, describeVerdict } from "../swap/attempt";
import { asked, closed, voted } from "./approval";
import { sealEnding } from "./completion-event";
import { reduced } from "./retention";
import { isNotable, shortOrigin, shortRequest, withinBudget } from "./size-budget";
import type { AttemptNote, PromotionChange, PromotionState, Registration, TimelineEntry } from "./state";

/** A new promotion record, or the existing one, which is never overwritten. */
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

/** The record of a change: the existing one, or the one that a run registers; undefined if there is none. */
export function entryFor(
  current: PromotionState | undefined,
  change: PromotionChange,
): PromotionState | undefined {
  if (change.kind !== "begin" || !change.registration) return current;
  return register(current, change.registration);
}

function breakGlassNote({ breakGlass, principal }: RequestOrigin): string | undefined {
  return (
    breakGlass && truncate(`break-glass by ${principal?.name ?? "?"}: ${breakGlass.reason}`, NOTE_LENGTH)
  );
}

// Limits for ordinary promotions. `size-budget.ts` shortens a record further if it is too large.
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

function entered(state: PromotionState, phase: Phase, at: number, described?: string): PromotionState {
  const note = described === undefined ? undefined : truncate(described, NOTE_LENGTH);
  const last = state.timeline.at(-1);
  const again = last?.phase === phase && (note === undefined || last.note === note);
  if (again || !isTransition(state.phase, phase)) return state;
  const timeline = truncateList<TimelineEntry>([...state.timeline, { at, phase, note }], TIMELINE_LIMIT);
  // `waiting` belongs to the previous phase.
  return { ...state, phase, timeline, waiting: undefined };
}

/**
 * Applies one change. Idempotent. The first conclusion wins, and after it only `announced` and `reduce` have an effect.
 * Changes of a replaced run are ignored.
 */
export function changePromotion(state: PromotionState, change: PromotionChange): PromotionState {
  const next = applied(state, change);
  return next === state ? state : withinBudget({ ...next, revision: state.revision + 1 });
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
        plan: state.plan && over(described(state.plan)),
      };
  }
}

function waited(
  state: PromotionState,
  { waiting, readiness }: Extract<PromotionChange, { kind: "wait" }>,
): PromotionState {
  return {
    ...state,
    waiting: { ...waiting, detail: truncate(waiting.detail, WAITING_LENGTH) },
    readiness: readiness?.map((side) => shortSide(side)) ?? state.readiness,
  };
}

function attempted(state: PromotionState, note: AttemptNote): PromotionState {
  const verdict = shortOutcome(note.verdict);
  const text = describeVerdict(verdict);
  const evidence = note.evidence && truncate(note.evidence, ATTEMPT_EVIDENCE_LENGTH);
  const known = state.attempts.some(
    (a) => a.n === note.n && describeVerdict(a.verdict) === text && a.evidence === evidence,
  );
  if (known) return state;
  return {
    ...state,
    attempts: truncateList([...state.attempts, { ...note, verdict, evidence }], ATTEMPT_LIMIT),
  };
}

/** The first decision to roll back stays. */
function watched(
  state: PromotionState,
  { soak: measured, rollback }: Extract<PromotionChange, { kind: "watched" }>,
): PromotionState {
  if (state.rollback || (!measured && !rollback)) return state;
  const soak = measured && {
    ...measured,
    last: measured.last.map((each) => ({ ...each, detail: truncate(each.detail, MEASURED_LENGTH) })),
  };
  // After the swap, met prerequisites are dropped to make room for measurements.
  const plan = state.plan && { ...state.plan, prerequisites: state.plan.prerequisites.filter(isNotable) };
  if (!rollback) return { ...state, plan, soak };
  return { ...state, plan, soak: soak ?? state.soak, rollback: recorded(rollback) };
}

function recorded({ cause, by, oid, note, at }: RollbackOrder): PromotionState["rollback"] {
  return { cause, by: truncate(by, BY_LENGTH), oid, note: truncate(note, ORDER_LENGTH), at };
}

function planned(state: PromotionState, plan: Plan): PromotionState {
  // After the swap there is no new plan.
  if (state.soak || state.rollback) return state;
  if (state.plan?.plannedAt === plan.plannedAt && state.plan.hash === plan.hash) return state;
  const isOther = state.plan && state.plan.hash !== plan.hash;
  const planChange = isOther ? truncate(describeChange(state.plan, plan), CHANGE_LENGTH) : state.planChange;
  const kept = { ...plan, prerequisites: plan.prerequisites.map(shortened) };
  const target = state.target ?? plan.incoming.side;
  return { ...state, plan: kept, planChange, target, plans: state.plans + 1 };
}

/** The plan of a concluded promotion, without what only a swap needs. */
function described(plan: Plan): Plan {
  const { probes: _probes, ...policy } = plan.policy;
  return {
    ...plan,
    policy,
    rollbackOutlook: undefined,
    incoming: { ...plan.incoming, roles: [] },
    outgoing: { ...plan.outgoing, roles: [] },
    prerequisites: plan.prerequisites.filter(isNotable),
  };
}

function over(plan: Plan): Plan {
  const { approval: _approval, ...policy } = plan.policy;
  return { ...plan, policy };
}

function shortened(p: Prerequisite): Prerequisite {
  return { ...p, evidence: truncate(p.evidence, isNotable(p) ? NOTABLE_LENGTH : EVIDENCE_LENGTH) };
}
