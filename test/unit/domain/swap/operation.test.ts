import fc from "fast-check";
import type { OperationAddress, OperationEnd, OperationRead } from "../../../../src/domain/swap/attempt";
import {
  applyToOperation,
  changeBy,
  isFollowed,
  mayHaveOperation,
  type OperationChange,
  type OperationState,
} from "../../../../src/domain/swap/operation";

const at = (n: number): OperationAddress => ({
  url: `https://management.azure.com/operations/1?s=${n}`,
  style: "azure-async-operation",
});
const succeeded: OperationEnd = { kind: "succeeded" };
const failed: OperationEnd = { kind: "failed", code: "Boom", detail: "d" };
const begun: OperationChange = { kind: "begun", address: at(0) };
const moved = (n: number, to: OperationAddress | OperationEnd): OperationChange => ({
  kind: "moved",
  n,
  at: to,
});
const after = (...changes: readonly OperationChange[]) =>
  changes.reduce<OperationState | undefined>(applyToOperation, undefined);

test("the first address of an operation is kept when it is named again", () => {
  expect(after(begun)).toEqual({ v: 1, n: 0, at: at(0) });
  expect(after(begun, moved(0, at(1)), begun)).toEqual({ v: 1, n: 1, at: at(1) });
});

test("each poll's new address replaces the one that was read", () => {
  expect(after(begun, moved(0, at(1)), moved(1, at(2)))).toEqual({ v: 1, n: 2, at: at(2) });
});

test("an end replaces the address and stays", () => {
  const ended = after(begun, moved(0, failed));
  expect(ended).toEqual({ v: 1, n: 1, at: failed });
  expect(applyToOperation(ended, moved(1, succeeded))).toBe(ended);
  expect(applyToOperation(ended, begun)).toBe(ended);
});

test("a read that began with another state changes nothing", () => {
  const state = after(begun, moved(0, at(1)));
  expect(applyToOperation(state, moved(0, at(9)))).toBe(state);
  expect(applyToOperation(state, moved(2, failed))).toBe(state);
  expect(applyToOperation(undefined, moved(0, failed))).toBeUndefined();
});

test("repeated, late or reordered changes restore no address and undo no end", () => {
  const change = fc.oneof(
    fc.constant(begun),
    fc
      .record({ n: fc.nat(5), to: fc.constantFrom(at(1), at(2), succeeded, failed) })
      .map(({ n, to }) => moved(n, to)),
  );
  fc.assert(
    fc.property(fc.array(change, { maxLength: 20 }), (changes) => {
      let state: OperationState | undefined;
      for (const each of changes) {
        const next = applyToOperation(state, each);
        if (state) expect(next!.n - state.n).toBe(next === state ? 0 : 1);
        if (state && "kind" in state.at) expect(next).toBe(state);
        state = next;
      }
    }),
  );
});

test.each<[string, OperationRead, OperationChange | undefined]>([
  ["runs at the same address", { kind: "running", retryAfterMs: 5 }, undefined],
  ["runs at a new one", { kind: "running", newest: at(7) }, moved(3, at(7))],
  ["cannot be read", { kind: "unreadable", detail: "HTTP 403" }, undefined],
  ["has succeeded", succeeded, moved(3, succeeded)],
  ["has failed", failed, moved(3, failed)],
])("of an operation that %s, the stored state follows", (_name, read, expected) => {
  expect(changeBy({ v: 1, n: 3, at: at(3) }, read)).toEqual(expected);
});

test("an attempt may have an operation unless its reply excludes one", () => {
  expect(mayHaveOperation(undefined)).toBe(true);
  expect(mayHaveOperation({ kind: "accepted", status: 202, followed: true })).toBe(true);
  expect(mayHaveOperation({ kind: "accepted", status: 202 })).toBe(false);
  expect(mayHaveOperation({ kind: "unknown", detail: "d" })).toBe(false);
  expect(isFollowed(undefined)).toBe(false);
  expect(isFollowed({ kind: "accepted", status: 202, followed: true })).toBe(true);
});
