import type { Gate } from "../approval/gate";
import { shortSide } from "../cloud-service/readiness-view";
import type { Phase } from "../kernel/outcome";
import type { RequestOrigin, SwapRequest } from "../kernel/swap-request";
import { truncate, truncateList, shrink } from "../kernel/truncate";
import type { Plan, Prerequisite } from "../plan/plan";
import { shortOutcome } from "../swap/attempt";
import type { CompletionEvent } from "./events";
import { reconstructed } from "./retention";
import type { AttemptNote, PromotionState, TimelineEntry } from "./state";

/** Size limit of a record in JSON: 16 KiB minus the audit head that is added later; see `pair/size-budget.ts`. */
const RECORD_BUDGET = 16 * 1_024 - 250;

// Enough for texts at their limits with some quotes. Only texts with very many quotes are cut.
const REASON_BUDGET = 600;
const NAME_BUDGET = 240;
const PRINCIPAL_BUDGET = 80;

export function shortRequest(request: SwapRequest): SwapRequest {
  const { reason, requestedBy } = request;
  return {
    ...request,
    reason: truncate(reason, REASON_BUDGET),
    requestedBy: truncate(requestedBy, NAME_BUDGET),
  };
}

export function shortOrigin({ principal, breakGlass, ...origin }: RequestOrigin): RequestOrigin {
  return {
    ...origin,
    principal: principal && { ...principal, name: truncate(principal.name, PRINCIPAL_BUDGET) },
    breakGlass: breakGlass && { reason: truncate(breakGlass.reason, NAME_BUDGET) },
  };
}

const swapped: readonly Phase[] = ["verifying", "soaking", "rolling-back"];

type Step = (state: PromotionState) => PromotionState;

/** Steps that shorten a large live record, least needed first. */
const liveSteps: readonly Step[] = [
  // Nothing is lost: titles and remedies are in tables, and `POST /api/plans` judges met prerequisites again.
  prerequisites((all) => all.filter(isNotable).map(({ remedy: _remedy, title: _title, ...rest }) => rest)),
  shortRollbackOutlook,
  timeline(24, 40),
  timeline(12, 40),
  texts({ readiness: { instances: 2, problems: 80 }, attempt: 100, waiting: 250, evidence: 100, soak: 60 }),
  (state) => ({
    ...state,
    attempts: truncateList(state.attempts, 2),
    gate: state.gate && withReceipts(state.gate, 2),
  }),
  timeline(8, 20),
  texts({ readiness: { instances: 1, problems: 40 }, attempt: 60, waiting: 150, evidence: 60, soak: 30 }),
  (state) => (swapped.includes(state.phase) ? withoutApprovers(state) : state),
  timeline(6, 0),
  (state) => ({ ...state, gate: state.gate && withComments(withReceipts(state.gate, 1), 50) }),
  texts({ readiness: { instances: 0, problems: 20 }, attempt: 30, waiting: 120, evidence: 30, soak: 30 }),
  (state) => ({ ...state, gate: state.gate && withComments(state.gate, 10) }),
];

/** The stored event has everything that these steps drop; see `restored`. */
const concludedSteps: readonly Step[] = [
  prerequisites(() => []),
  (state) => ({ ...state, timeline: [], attempts: [], soak: undefined, rollback: undefined }),
  (state) => ({ ...state, plan: state.plan && bare(state.plan), planChange: undefined, deadlines: {} }),
];

export function withinBudget(state: PromotionState): PromotionState {
  const steps = state.conclusion ? concludedSteps : liveSteps;
  return shrink(state, steps, (each) => JSON.stringify(each).length <= RECORD_BUDGET);
}

/** Restores dropped parts of a concluded record from its event. */
export function restored(state: PromotionState): PromotionState {
  if (!state.conclusion || state.timeline.length > 0 || state.reduced) return reconstructed(state);
  const {
    phases,
    attempts,
    soak,
    rollback,
    prerequisites: unmet,
  } = (JSON.parse(state.conclusion.event) as CompletionEvent).data;
  const time = Date.parse;
  return {
    ...state,
    timeline: phases.map(({ at, phase, ...rest }) => ({ ...rest, at: time(at), phase: phase as Phase })),
    attempts: attempts.map(({ at, verdict: { text: _text, ...verdict }, ...rest }) => ({
      ...rest,
      verdict,
      at: time(at),
    })),
    soak: soak && { ...soak, since: time(soak.since), until: time(soak.until) },
    rollback: rollback && { ...rollback, at: time(rollback.at) },
    plan: state.plan && { ...state.plan, prerequisites: unmet },
  };
}

export function isNotable(p: Prerequisite): boolean {
  return p.verdict !== "met";
}

function prerequisites(change: (all: readonly Prerequisite[]) => readonly Prerequisite[]): Step {
  return (state) => ({
    ...state,
    plan: state.plan && { ...state.plan, prerequisites: change(state.plan.prerequisites) },
  });
}

/** The last entry keeps its note, which identifies a repeated change. */
function timeline(most: number, noteLength: number): Step {
  const shortened = (entry: TimelineEntry, i: number, { length }: { length: number }): TimelineEntry => {
    const { note, ...rest } = entry;
    if (note === undefined || i === length - 1) return entry;
    return noteLength === 0 ? rest : { ...rest, note: truncate(note, noteLength) };
  };
  return (state) => ({ ...state, timeline: truncateList(state.timeline, most).map(shortened) });
}

interface Lengths {
  readonly readiness: { readonly instances: number; readonly problems: number };
  readonly attempt: number;
  readonly waiting: number;
  readonly evidence: number;
  readonly soak: number;
}

function texts(most: Lengths): Step {
  const evidence = prerequisites((all) =>
    all.map((p) => ({ ...p, evidence: truncate(p.evidence, most.evidence) })),
  );
  return (state) => {
    const { waiting, readiness, attempts, soak } = state;
    return evidence({
      ...state,
      waiting: waiting && { ...waiting, detail: truncate(waiting.detail, most.waiting) },
      readiness: readiness?.map((side) => shortSide(side, most.readiness.instances, most.readiness.problems)),
      attempts: attempts.map((each) => shortAttempt(each, most.attempt)),
      soak: soak && {
        ...soak,
        last: soak.last.map((m) => ({ ...m, detail: truncate(m.detail, most.soak) })),
      },
    });
  };
}

function shortAttempt({ verdict, evidence, ...rest }: AttemptNote, length: number): AttemptNote {
  return {
    ...rest,
    verdict: shortOutcome(verdict, length),
    evidence: evidence && truncate(evidence, length),
  };
}

/** The remedies repeat these details. */
function shortRollbackOutlook(state: PromotionState): PromotionState {
  const rollbackOutlook = state.plan?.rollbackOutlook;
  if (!state.plan || !rollbackOutlook) return state;
  const warnings = rollbackOutlook.warnings.map((each) => ({ ...each, detail: truncate(each.detail, 30) }));
  return { ...state, plan: { ...state.plan, rollbackOutlook: { ...rollbackOutlook, warnings } } };
}

function withReceipts(gate: Gate, most: number): Gate {
  return { ...gate, receipts: most === 0 ? [] : gate.receipts.slice(-most) };
}

function withComments(gate: Gate, length: number): Gate {
  return { ...gate, votes: gate.votes.map((vote) => ({ ...vote, comment: truncate(vote.comment, length) })) };
}

/** After the swap, no approval is needed. */
function withoutApprovers(state: PromotionState): PromotionState {
  if (!state.plan) return state;
  const { approval: _approval, ...policy } = state.plan.policy;
  return { ...state, plan: { ...state.plan, policy }, gate: state.gate && withReceipts(state.gate, 0) };
}

/** The identity of both services, without what only a swap needs. */
function bare(plan: Plan): Plan {
  const { incoming, outgoing } = plan;
  const named = ({ side, id, name, version }: Plan["incoming"]) => ({ side, id, name, version, roles: [] });
  return { ...plan, incoming: named(incoming), outgoing: named(outgoing) };
}
