import { reason } from "../../src/domain/kernel/reason-codes";
import { auditStep } from "../../src/domain/pair/audit";
import { haltOf, MOST_HOLDS } from "../../src/domain/pair/operator-actions";
import { emptyPair, type PairOperation, type PairState } from "../../src/domain/pair/pair";
import type { AttemptVerdict } from "../../src/domain/swap/attempt";
import { keyOf } from "./observations";

const at = 1_800_000_000_000;
const uuid = (n: number) => String(n).padEnd(36, "-");
const maxId = (n: number) => String(n).padEnd(100, "i");

/** The length of all ids and the character of all texts. */
export interface CoordinatorCase {
  readonly idLength: number;
  readonly fill: string;
}

/** A full pair with ids of this length, where every text has its greatest length. */
export function longestCoordinator({ idLength, fill }: CoordinatorCase): PairState {
  const text = (length: number) => fill.repeat(Math.ceil(length / fill.length));
  const id = (n: number) =>
    String(n)
      .padEnd(idLength, "i")
      .slice(0, Math.max(idLength, String(n).length));
  let state: PairState = { ...emptyPair, epoch: 100_000, index: { page: 1_000, count: 40 } };
  const apply = (...ops: readonly PairOperation[]) => {
    for (const op of ops) state = auditStep(keyOf("p".repeat(40)), state, op, () => "h".repeat(64)).state;
  };
  const ids = Array.from({ length: 40 }, (_, n) => id(n));
  apply(...ids.map((requestId): PairOperation => ({ kind: "register", requestId, at, kept: true })));
  const holder = ids[0] ?? "";
  const others = state.registered.map(({ requestId }) => requestId).filter((each) => each !== holder);

  // Each of the others loses an attempt and releases its lease.
  for (const requestId of others) {
    apply({ kind: "enqueue", requestId, at, maxQueued: 100, whenBusy: "wait" });
    apply({ kind: "acquire-lease", requestId, at });
    lose(requestId, apply, () => state);
    apply({ kind: "leave-queue", requestId, at });
  }
  for (let i = 0; i < 8; i++) {
    const hold = haltOf(maxId(i), at, reason("run-lost-after-claim", text(3_000)));
    apply({ kind: "hold", hold });
    apply({ ...{ kind: "release", id: uuid(i), holdIds: [hold.id], at }, by: text(200), note: text(500) });
  }
  apply({ kind: "enqueue", requestId: holder, at, maxQueued: 100, whenBusy: "wait" });
  apply({ kind: "acquire-lease", requestId: holder, at });
  const claim = (direction: "forward" | "rollback", n: number): PairOperation => ({
    ...{ kind: "claim", requestId: holder, direction, n, nonce: uuid(100 + n), epoch: state.epoch },
    ...{ planHash: "h".repeat(64), at },
  });
  apply(claim("forward", 1));
  apply({
    kind: "close",
    requestId: holder,
    nonce: uuid(101),
    proof: { kind: "done", detail: text(3_000) },
    at,
  });
  const order = {
    id: uuid(107),
    cause: "regression",
    by: text(200),
    note: text(3_000),
    at,
    oid: uuid(1),
  } as const;
  apply({ kind: "order-rollback", requestId: holder, order });
  apply(claim("rollback", 2));
  const verdict: AttemptVerdict = {
    ...{
      kind: "accepted",
      status: 202,
      retryAfterMs: 3_600_000,
      correlationId: text(500),
      detail: text(3_000),
    },
    followed: true,
  };
  apply({ kind: "report", requestId: holder, nonce: uuid(102), verdict, at });
  for (const requestId of others) {
    apply({ kind: "enqueue", requestId, at, maxQueued: 100, whenBusy: "wait" });
    apply({ kind: "cancel", id: uuid(108), requestId, by: text(200), note: text(500), at });
    state = { ...state, answers: [] };
  }
  for (let i = 0; i < MOST_HOLDS + 2; i++) {
    const hold = {
      ...{ id: String(i).padEnd(40, "h"), at },
      reason: reason("on-hold", text(500)),
      ...{ by: text(200), words: "f".repeat(16) },
    };
    apply({ kind: "hold", hold, id: uuid(i) });
    apply({ kind: "hold", hold: haltOf(maxId(20 + i), at, reason("run-lost-after-claim", text(3_000))) });
  }
  const cancel = { kind: "cancel", requestId: "gone", by: "", note: "", at } as const;
  apply(...Array.from({ length: 20 }, (_, n): PairOperation => ({ ...cancel, id: uuid(n) })));
  return state;
}

/** A claim whose call is lost; reads prove that it had no effect. */
function lose(requestId: string, apply: (...ops: PairOperation[]) => void, state: () => PairState): void {
  const { epoch } = state();
  const nonce = uuid(9);
  const planHash = "h".repeat(64);
  apply({
    kind: "claim",
    requestId,
    direction: "forward",
    n: 1,
    nonce: `${nonce}${epoch}`,
    epoch,
    planHash,
    at,
  });
  apply({
    ...{ kind: "close", requestId, nonce: `${nonce}${epoch}`, at },
    proof: { kind: "no-effect", detail: "d" },
  });
}

/** Ids of all lengths and texts that get longer in JSON and UTF-16. */
export const coordinatorCases: readonly CoordinatorCase[] = [1, 2, 3, 8, 20, 36, 60, 99, 100].flatMap(
  (idLength) => ["x", '"', "\\", "😀"].map((fill) => ({ idLength, fill })),
);
