import { shortOutcome } from "./attempt-told";
import { clip, leaveOut, shrink } from "./clip";
import type { CompletionEvent } from "./events";
import type { Gate } from "./gate";
import type { Phase } from "./outcome";
import type { Plan, Prerequisite } from "./plan";
import type { AttemptNote, PromotionState, TimelineEntry } from "./promotion";
import { retold } from "./retention";
import { shortSide } from "./side-readiness";
import type { RequestOrigin, SwapRequest } from "./swap-request";

/**
 * Characters of JSON that an entry may take: 16 KiB less what is chained into it after a change, for the reason that an
 * arbiter has (`pair-room.ts`): within it an entity's row holds its state, however many quotes are escaped. An entry is
 * called by its own run and its waits only.
 */
const LEDGER_ROOM = 16 * 1_024 - 250;

// As much as a text at its limit takes, and some quotes: a text of nothing but quotes is cut here.
const REASON_ROOM = 600;
const NAME_ROOM = 240;
const PRINCIPAL_ROOM = 80;

/** A request as it is kept. */
export function shortRequest(request: SwapRequest): SwapRequest {
  const { reason, requestedBy } = request;
  return { ...request, reason: clip(reason, REASON_ROOM), requestedBy: clip(requestedBy, NAME_ROOM) };
}

/** Where a request came from, as it is kept. */
export function shortOrigin({ principal, breakGlass, ...origin }: RequestOrigin): RequestOrigin {
  return {
    ...origin,
    ...(principal ? { principal: { ...principal, name: clip(principal.name, PRINCIPAL_ROOM) } } : {}),
    ...(breakGlass ? { breakGlass: { reason: clip(breakGlass.reason, NAME_ROOM) } } : {}),
  };
}

const swapped: readonly Phase[] = ["verifying", "soaking", "swapping-back"];

type Step = (state: PromotionState) => PromotionState;

/** What a live entry gives up, the least needed first. Ordinary promotions never come to the first step. */
const liveSteps: readonly Step[] = [
  // Nothing is lost: titles and remedies stand in their tables, and `POST /api/plans` judges again what was met.
  prerequisites((all) => all.filter(isNotable).map(({ remedy: _remedy, title: _title, ...rest }) => rest)),
  shortWayBack,
  timeline(24, 40),
  timeline(12, 40),
  texts({ readiness: { instances: 2, problems: 80 }, attempt: 100, waiting: 250, evidence: 100, soak: 60 }),
  (state) => ({
    ...state,
    attempts: leaveOut(state.attempts, 2),
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

/** What a concluded entry gives up is told by its event, which is stored in it; see `restored`. */
const concludedSteps: readonly Step[] = [
  prerequisites(() => []),
  (state) => ({ ...state, timeline: [], attempts: [], soak: undefined, swapBack: undefined }),
  (state) => ({ ...state, plan: state.plan && bare(state.plan), planChange: undefined, deadlines: {} }),
];

/** The entry within its bound, whatever has happened to the promotion. */
export function withinRoom(state: PromotionState): PromotionState {
  const steps = state.conclusion ? concludedSteps : liveSteps;
  return shrink(state, steps, (each) => JSON.stringify(each).length <= LEDGER_ROOM);
}

/** An entry for people: what its event alone still tells is put back. */
export function restored(state: PromotionState): PromotionState {
  if (!state.conclusion || state.timeline.length > 0 || state.reduced) return retold(state);
  const {
    phases,
    attempts,
    soak,
    swapBack,
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
    swapBack: swapBack && { ...swapBack, at: time(swapBack.at) },
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

/** The last entry keeps its note: by it a repeated change is known. */
function timeline(most: number, noteLength: number): Step {
  const shortened = (entry: TimelineEntry, i: number, { length }: { length: number }): TimelineEntry => {
    const { note, ...rest } = entry;
    if (note === undefined || i === length - 1) return entry;
    return noteLength === 0 ? rest : { ...rest, note: clip(note, noteLength) };
  };
  return (state) => ({ ...state, timeline: leaveOut(state.timeline, most).map(shortened) });
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
    all.map((p) => ({ ...p, evidence: clip(p.evidence, most.evidence) })),
  );
  return (state) => {
    const { waiting, readiness, attempts, soak } = state;
    return evidence({
      ...state,
      waiting: waiting && { ...waiting, detail: clip(waiting.detail, most.waiting) },
      readiness: readiness?.map((side) => shortSide(side, most.readiness.instances, most.readiness.problems)),
      attempts: attempts.map((each) => shortAttempt(each, most.attempt)),
      soak: soak && { ...soak, last: soak.last.map((m) => ({ ...m, detail: clip(m.detail, most.soak) })) },
    });
  };
}

function shortAttempt({ verdict, evidence, ...rest }: AttemptNote, length: number): AttemptNote {
  const seen = evidence === undefined ? {} : { evidence: clip(evidence, length) };
  return { ...rest, verdict: shortOutcome(verdict, length), ...seen };
}

/** The remedies say it again. */
function shortWayBack(state: PromotionState): PromotionState {
  const wayBack = state.plan?.wayBack;
  if (!state.plan || !wayBack) return state;
  const warnings = wayBack.warnings.map((each) => ({ ...each, detail: clip(each.detail, 30) }));
  return { ...state, plan: { ...state.plan, wayBack: { ...wayBack, warnings } } };
}

function withReceipts(gate: Gate, most: number): Gate {
  return { ...gate, receipts: most === 0 ? [] : gate.receipts.slice(-most) };
}

function withComments(gate: Gate, length: number): Gate {
  return { ...gate, votes: gate.votes.map((vote) => ({ ...vote, comment: clip(vote.comment, length) })) };
}

/** The swap is done: nobody is asked any more. */
function withoutApprovers(state: PromotionState): PromotionState {
  if (!state.plan) return state;
  const { approval: _approval, ...policy } = state.plan.policy;
  return { ...state, plan: { ...state.plan, policy }, gate: state.gate && withReceipts(state.gate, 0) };
}

/** Who the services were; what else was needed to swap them is over. */
function bare(plan: Plan): Plan {
  const { incoming, outgoing } = plan;
  const named = ({ side, id, name, version }: Plan["incoming"]) => ({ side, id, name, version, roles: [] });
  return { ...plan, incoming: named(incoming), outgoing: named(outgoing) };
}
