import { truncate } from "../kernel/truncate";
import { type Direction, type ClaimRefusal, MOST_LOST, shortVerdict } from "../swap/attempt";
import { answered, answerTo, hasPlaceFor, isRegistered, type PairStep } from "./answers";
import { PAGE_SIZE } from "./index-page";
import { cancelIn, endWatchIn, holdIn, orderRollbackIn, releaseIn } from "./operator-actions";
import {
  emptyPair,
  type Lease,
  type Op,
  type OpenAttempt,
  type PairAnswer,
  type PairOperation,
  type PairState,
  type PairView,
} from "./pair";
import { withinPairBudget } from "./size-budget";

const PROOF_LENGTH = 200;

/**
 * Applies one operation. Operations may arrive twice, late or out of order; an outdated one has no effect. This is the
 * only place that grants a claim.
 */
export function applyToPair(current: PairState | undefined, op: PairOperation): PairStep {
  const before = current ?? emptyPair;
  const step = applied(before, op);
  return step.state === before ? step : { ...step, state: withinPairBudget(step.state) };
}

function applied(state: PairState, op: PairOperation): PairStep {
  switch (op.kind) {
    case "read":
      return { state, answer: "done" };
    case "register":
      return register(state, op);
    case "enqueue":
      return enqueue(state, op);
    case "acquire-lease":
      return acquireLease(state, op);
    case "leave-queue":
      return leaveQueue(state, op);
    case "release-lease":
      return releaseLease(state, op);
    case "claim":
      return claim(state, op);
    case "report":
      return report(state, op);
    case "close":
      return close(state, op);
    case "cancel":
      return cancelIn(state, op);
    case "order-rollback":
      return orderRollbackIn(state, op);
    case "end-watch":
      return endWatchIn(state, op);
    case "hold":
      return holdIn(state, op);
    case "release":
      return releaseIn(state, op);
    case "note-schedule":
      return answerTo(state, op.id) ? { state, answer: "done" } : answered(state, op.id, "done");
    case "leave":
      return leave(state, op);
    case "deregister":
      return deregister(state, op);
  }
}

export function viewOf(
  state: PairState | undefined,
  requestId: string,
  answer: PairAnswer = "done",
): PairView {
  const pair = state ?? emptyPair;
  const queue = pair.queue.map((entry) => entry.requestId);
  const ahead = queue.indexOf(requestId);
  const mine = pair.lease?.holder === requestId;
  return {
    answer,
    lease: mine ? pair.lease : undefined,
    holder: mine ? undefined : pair.lease?.holder,
    next: queue[0],
    ahead: ahead < 0 ? undefined : ahead,
    hold: pair.holds[0],
    cancel: pair.cancels.find((cancel) => cancel.requestId === requestId),
    open: pair.open?.requestId === requestId ? pair.open : undefined,
    audit: pair.audit,
  };
}

function register(state: PairState, op: Op<"register">): PairStep {
  if (isRegistered(state, op.requestId)) return { state, answer: "done" };
  if (!hasPlaceFor(state, op.requestId, op.kept)) return { state, answer: "queue-full" };
  const isFull = state.index.count >= PAGE_SIZE;
  const page = isFull ? state.index.page + 1 : state.index.page;
  const count = isFull ? 1 : state.index.count + 1;
  // Keeps the index in order although host clocks differ and messages overtake each other.
  const at = Math.max(op.at, (state.index.at ?? 0) + 1);
  return {
    state: {
      ...state,
      registered: [...state.registered, { requestId: op.requestId, at: op.at }],
      index: { page, count, at },
    },
    answer: "done",
    indexed: { page, requestId: op.requestId, at },
  };
}

function enqueue(state: PairState, op: Op<"enqueue">): PairStep {
  const isPresent =
    state.lease?.holder === op.requestId || state.queue.some((entry) => entry.requestId === op.requestId);
  if (isPresent) return { state, answer: "done" };
  // A promotion with an outcome may still have a run that has not read it.
  const registered = state.registered.find((entry) => entry.requestId === op.requestId);
  if (!registered || registered.left) return { state, answer: "not-registered" };
  const busy = state.lease !== undefined || state.queue.length > 0;
  if (busy && op.whenBusy === "refuse") return { state, answer: "pair-busy" };
  if (state.queue.length >= op.maxQueued) return { state, answer: "queue-full" };
  return {
    state: { ...state, queue: [...state.queue, { requestId: op.requestId, since: op.at }] },
    answer: "done",
  };
}

/** Grants the lease to the first in the queue, unless there is a holder, a hold, or an open attempt. */
function acquireLease(state: PairState, op: Op<"acquire-lease">): PairStep {
  const first = state.queue[0]?.requestId === op.requestId;
  if (!first || state.lease || state.open || state.holds.length > 0) return { state, answer: "done" };
  const lease: Lease = {
    holder: op.requestId,
    epoch: state.epoch + 1,
    since: op.at,
    closed: 0,
    unknowns: state.registered.find((entry) => entry.requestId === op.requestId)?.unknowns ?? 0,
  };
  return { state: { ...state, epoch: lease.epoch, lease, queue: state.queue.slice(1) }, answer: "done" };
}

/** Releases the lease. The promotion becomes first in the queue again and keeps its count of lost attempts. */
function releaseLease(state: PairState, op: Op<"release-lease">): PairStep {
  const { lease } = state;
  const mine = lease?.holder === op.requestId && lease.epoch === op.epoch;
  if (!mine || state.open || lease.swapped) return { state, answer: "done" };
  const queue = [{ requestId: op.requestId, since: op.at }, ...state.queue];
  return { state: { ...withoutLease(state, lease), queue }, answer: "done" };
}

/** Frees the lease and stores the lost attempts of its holder. */
function withoutLease(state: PairState, { holder, unknowns }: Lease): PairState {
  const registered = state.registered.map((entry) =>
    entry.requestId === holder && unknowns > 0 ? { ...entry, unknowns } : entry,
  );
  return { ...state, registered, lease: undefined };
}

/** Undoes only a position or lease from before `at`, in case of late delivery. Never leaves an attempt or a swap. */
function leaveQueue(state: PairState, { requestId, at }: Op<"leave-queue">): PairStep {
  const { lease } = state;
  const isFree = lease?.holder === requestId && lease.since <= at && !state.open && !lease.swapped;
  const line = state.queue.filter((entry) => entry.requestId !== requestId || entry.since > at);
  return { state: { ...(isFree ? withoutLease(state, lease) : state), queue: line }, answer: "done" };
}

function refusalOf(state: PairState, op: Op<"claim">): ClaimRefusal | undefined {
  const { lease } = state;
  const rules: readonly [boolean, ClaimRefusal][] = [
    [lease?.holder !== op.requestId, "not-holder"],
    [lease?.epoch !== op.epoch, "stale-epoch"],
    [isDoneWith(lease, op.direction), "already-swapped"],
    [state.open !== undefined, "attempt-open"],
    [lease !== undefined && op.n !== lease.closed + 1, "attempt-closed"],
    [lease !== undefined && lease.unknowns >= MOST_LOST, "attempts-exhausted"],
    [op.direction === "forward" && state.holds.length > 0, "on-hold"],
    [op.direction === "rollback" && !lease?.order, "not-ordered"],
    [state.cancels.some((cancel) => cancel.requestId === op.requestId), "cancelled"],
  ];
  return rules.find(([applies]) => applies)?.[1];
}

/** Each direction takes effect once, and no forward swap follows a rollback. */
function isDoneWith(lease: Lease | undefined, direction: Direction): boolean {
  return lease?.swapped !== undefined && (direction === "forward" || lease.swapped.direction === "rollback");
}

function claim(state: PairState, op: Op<"claim">): PairStep {
  const before = answerTo(state, op.nonce);
  if (before) return { state, answer: before };
  const refusal = refusalOf(state, op);
  if (refusal) return answered(state, op.nonce, refusal);
  const { kind: _kind, at, ...rest } = op;
  return answered({ ...state, open: { ...rest, claimedAt: at } }, op.nonce, "granted");
}

/** Stores the result of the PUT. Only the first report of a nonce counts. */
function report(state: PairState, op: Op<"report">): PairStep {
  if (state.open?.nonce !== op.nonce || state.open.verdict) return { state, answer: "done" };
  return {
    state: { ...state, open: { ...state.open, verdict: shortVerdict(op.verdict), reportedAt: op.at } },
    answer: "done",
  };
}

/** Closes the attempt of a nonce by proof. A nonce without a grant cannot be granted later. */
function close(state: PairState, op: Op<"close">): PairStep {
  const { open, lease } = state;
  if (open?.nonce !== op.nonce) return answered(state, op.nonce, "attempt-closed");
  const closed = answered({ ...state, open: undefined }, op.nonce, "attempt-closed").state;
  if (lease?.holder !== open.requestId) return { state: closed, answer: "done" };
  return { state: { ...closed, lease: afterClosing(lease, open, op) }, answer: "done" };
}

function afterClosing(before: Lease, open: OpenAttempt, { proof, at }: Op<"close">): Lease {
  const lease = { ...before, closed: before.closed + 1 };
  // Lost attempts count per direction: a done attempt resets the count.
  if (proof.kind === "done")
    return {
      ...lease,
      unknowns: 0,
      swapped: { direction: open.direction, at, detail: truncate(proof.detail, PROOF_LENGTH) },
    };
  const mayHaveBeen = ["unknown", "accepted"].includes(open.verdict?.kind ?? "unknown");
  return proof.kind === "no-effect" && mayHaveBeen ? { ...lease, unknowns: lease.unknowns + 1 } : lease;
}

function leave(state: PairState, op: Op<"leave" | "deregister">): PairStep {
  return {
    state: {
      ...state,
      registered: state.registered.map((entry) =>
        entry.requestId === op.requestId ? { ...entry, left: true } : entry,
      ),
      queue: state.queue.filter((entry) => entry.requestId !== op.requestId),
      lease: state.lease?.holder === op.requestId ? undefined : state.lease,
    },
    answer: "done",
  };
}

function deregister(state: PairState, op: Op<"deregister">): PairStep {
  const left = leave(state, op).state;
  return {
    state: {
      ...left,
      registered: left.registered.filter((entry) => entry.requestId !== op.requestId),
      cancels: left.cancels.filter((cancel) => cancel.requestId !== op.requestId),
    },
    answer: "done",
  };
}
