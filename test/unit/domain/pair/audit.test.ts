import { createHash } from "node:crypto";
import type { AuditEntry } from "../../../../src/domain/audit/chain";
import { reason } from "../../../../src/domain/kernel/reason-codes";
import { auditStep } from "../../../../src/domain/pair/audit";
import { applyToPair } from "../../../../src/domain/pair/operations";
import { emptyPair, type PairOperation, type PairState } from "../../../../src/domain/pair/pair";
import { NOW, SHOP } from "../../../support/observations";

/** What each decision writes into its chain, word for word. */
const digest = (text: string) => `#${text}`;
const time = (ms: number) => new Date(NOW + ms).toISOString();

describe("a pair's notes", () => {
  const at = NOW;
  const register: PairOperation = { kind: "register", requestId: "r-1", at };
  const people = { by: "Olga", oid: "o-1", at };
  const hold = (id: string, over: { by?: string; requestId?: string } = { by: "Olga" }): PairOperation => ({
    ...{ kind: "hold", id: `q-${id}`, oid: "o-1" },
    hold: { id, at, reason: reason("on-hold", "incident 7"), ...over },
  });
  const release = (...holdIds: string[]): PairOperation => ({
    ...{ kind: "release", id: `r-${holdIds.join()}`, holdIds, note: "over", ...people },
  });
  const cancel = (requestId: string): PairOperation => ({
    ...{ kind: "cancel", id: `c-${requestId}`, requestId, note: "wrong", ...people },
  });
  const ends = { entries: 4, head: "x" };
  const leave = (requestId = "r-1"): PairOperation => ({
    ...{ kind: "leave", requestId, concluded: { at, outcome: "promoted", ends } },
  });
  const play = (...ops: PairOperation[]) =>
    ops.reduce<PairState>((state, op) => auditStep(SHOP, state, op, digest).state, emptyPair);
  const note = (state: PairState | undefined, op: PairOperation) =>
    auditStep(SHOP, state, op, digest).entries.map(({ n: _n, hash: _hash, ...rest }) => rest);

  test("say who did what to which hold or promotion, and why", () => {
    const person = { at: time(0), who: "Olga", oid: "o-1" };
    expect(note(undefined, hold("h"))).toEqual([
      { ...person, what: "held", holdIds: ["h"], detail: "on-hold: incident 7" },
    ]);
    const paused = { kind: "note-schedule", what: "schedule-paused", id: "p", name: "weekly" } as const;
    const stop: PairOperation = { ...paused, note: "moving", ...people };
    expect(note(undefined, stop)).toEqual([{ ...person, what: "schedule-paused", detail: "weekly: moving" }]);
    expect(note(play(stop), stop)).toEqual([]);
    expect(note(play(hold("h"), hold("i")), release("h", "h-9"))).toEqual([
      { ...person, what: "hold-released", holdIds: ["h"], detail: "over" },
    ]);
    expect(note(play(register), cancel("r-1"))).toEqual([
      { ...person, what: "cancelled", requestId: "r-1", detail: "wrong" },
    ]);
    expect(note(play(register), leave())).toEqual([
      { at: time(0), what: "concluded", who: "the run", requestId: "r-1", outcome: "promoted", ends },
    ]);
    expect(note(play(register), hold("halt-r-1", { requestId: "r-1" }))).toMatchObject([
      { who: "the run", requestId: "r-1", holdIds: ["halt-r-1"] },
    ]);
  });

  test.each<[string, PairState | undefined, PairOperation]>([
    ["a look", undefined, { kind: "read", requestId: "r-1" }],
    ["an entry into the pair", undefined, register],
    ["a hold that stands already", play(hold("h")), hold("h")],
    ["a release of nothing, where nothing stands", undefined, release("h")],
    ["a release of nothing, where something stands", play(hold("h")), release("x")],
    ["a cancel of a stranger", undefined, cancel("r-1")],
    [
      "a cancel that is there",
      play(register, cancel("r-1")),
      { ...cancel("r-1"), id: "again" } as PairOperation,
    ],
    ["a stranger that leaves", play(register), leave("x")],
    ["leaving again", play(register, leave()), leave()],
    ["leaving without an outcome", play(register), { kind: "leave", requestId: "r-1" }],
  ])("there are none for %s, and the pair coordinator's step is the same", (_what, state, op) => {
    expect(auditStep(SHOP, state, op, digest)).toEqual({ ...applyToPair(state, op), entries: [] });
  });

  test("there is one for a second cancel, hold and departure as well", () => {
    const two = play(register, { ...register, requestId: "r-2" }, hold("h"), cancel("r-1"), leave());
    expect(note(two, hold("i"))).toMatchObject([{ holdIds: ["i"] }]);
    expect(note(two, cancel("r-2"))).toMatchObject([{ requestId: "r-2" }]);
    expect(note(two, leave("r-2"))).toMatchObject([{ requestId: "r-2", what: "concluded" }]);
  });

  test("are truncated to 120 characters of a name and 300 of a note", () => {
    const long = "y".repeat(500);
    const [said] = note(play(register), { ...cancel("r-1"), by: long, note: long } as PairOperation);
    expect([said?.who.length, said?.detail?.length]).toEqual([120, 300]);
  });
});

const sha256 = (text: string) => createHash("sha256").update(text, "utf8").digest("hex");

const by = { by: "Olga", oid: "o-2" };
const hold: PairOperation = {
  ...{ kind: "hold", id: "q-1", oid: "o-2" },
  hold: { id: "h-1", at: 1, reason: reason("on-hold", "incident 7"), by: "Olga" },
};
const release: PairOperation = {
  kind: "release",
  id: "q-2",
  holdIds: ["h-1", "h-9"],
  ...by,
  note: "over",
  at: 2,
};
const cancel: PairOperation = { kind: "cancel", id: "q-3", requestId: "r-1", ...by, note: "wrong", at: 3 };
const ends = { entries: 4, head: "x" };
const leave: PairOperation = {
  ...{ kind: "leave", requestId: "r-1" },
  concluded: { at: 4, outcome: "cancelled", ends },
};

function playPair(operations: readonly PairOperation[]) {
  const entries: AuditEntry[] = [];
  const state = operations.reduce<PairState>((before, operation) => {
    const step = auditStep(SHOP, before, operation, sha256);
    entries.push(...step.entries);
    return step.state;
  }, emptyPair);
  return { state, entries };
}

test("a pair's chain has each decision of people, and each promotion's end, once", () => {
  const register = { kind: "register", requestId: "r-1", at: 1 } as const;
  const { state, entries } = playPair([register, hold, hold, release, release, cancel, cancel, leave, leave]);
  expect(entries).toMatchObject([
    { n: 1, what: "held", who: "Olga", oid: "o-2", holdIds: ["h-1"], detail: "on-hold: incident 7" },
    { n: 2, what: "hold-released", who: "Olga", oid: "o-2", holdIds: ["h-1"], detail: "over" },
    { n: 3, what: "cancelled", who: "Olga", oid: "o-2", requestId: "r-1", detail: "wrong" },
    { n: 4, what: "concluded", requestId: "r-1", outcome: "cancelled", ends },
  ]);
  expect(state.audit).toEqual({ entries: 4, head: entries[3]?.hash });
  expect(JSON.stringify(state)).not.toContain("o-2");
});

test("a hold by an outcome is chained with its promotion; a refused hold is not", () => {
  const halt: PairOperation = {
    kind: "hold",
    hold: { id: "halt-r-1", at: 1, reason: reason("foreign-state", "x"), requestId: "r-1" },
  };
  const five = [1, 2, 3, 4, 5].map((i): PairOperation => ({
    ...{ kind: "hold", id: `q-${i}` },
    hold: { id: `h-${i}`, at: 1, reason: reason("on-hold", "x"), by: "Olga" },
  }));
  const { entries } = playPair([halt, ...five]);
  expect(entries.map(({ who, holdIds }) => `${who}: ${holdIds?.join()}`)).toEqual([
    "the run: halt-r-1",
    ...[1, 2, 3, 4].map((i) => `Olga: h-${i}`),
  ]);
});
