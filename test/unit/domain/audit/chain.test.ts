import fc from "fast-check";
import { createHash } from "node:crypto";
import {
  addToAudit,
  appendNotes,
  AUDIT_PAGE_SIZE,
  type AuditEntry,
  auditKey,
  type AuditNote,
  type AuditPage,
  auditPageOf,
  emptyChain,
  pairChain,
  promotionChain,
} from "../../../../src/domain/audit/chain";
import { canonicalJson } from "../../../../src/domain/kernel/canonical-json";
import { reason } from "../../../../src/domain/kernel/reason-codes";
import { auditStep } from "../../../../src/domain/pair/audit";
import { emptyPair, type PairOperation, type PairState } from "../../../../src/domain/pair/pair";
import { decidePlan } from "../../../../src/domain/plan/planning";
import { auditChange } from "../../../../src/domain/promotion/audit";
import type { CompletionEvent } from "../../../../src/domain/promotion/events";
import { changePromotion, register } from "../../../../src/domain/promotion/promotion";
import type { PromotionChange, Registration } from "../../../../src/domain/promotion/state";
import { aPair, aPolicy, aRequest, keyOf, NOW, SHOP } from "../../../support/observations";
import { runs } from "../../../support/runs";

const sha256 = (text: string) => createHash("sha256").update(text, "utf8").digest("hex");

const verdict = decidePlan({
  request: aRequest(),
  policy: aPolicy(),
  observed: aPair(),
  now: NOW,
  digest: sha256,
});
if (verdict.kind !== "planned") throw new Error("the sample pair cannot be planned");
const { plan } = verdict;
const fresh = register(undefined, {
  requestId: "r-1",
  contentHash: "c".repeat(64),
  request: aRequest({ reason: "release 2" }),
  origin: { channel: "http", principal: { oid: "o-1", name: "Ada" } },
  at: NOW,
});
const runId = "run-1";
const ending = { outcome: "promoted", reason: reason("promoted", "green holds production") } as const;
const story: readonly PromotionChange[] = [
  { kind: "begin", runId, at: NOW },
  { kind: "enter", runId, phase: "planning", at: NOW },
  { kind: "plan", runId, plan, at: NOW },
  {
    kind: "note-attempt",
    runId,
    note: { at: NOW + 1, n: 1, verdict: { kind: "accepted", correlationId: "c-1" } },
  },
  { kind: "conclude", runId, ending: { ...ending, pairAudit: { entries: 3, head: "p" } }, at: NOW + 2 },
];

function play(changes: readonly PromotionChange[]) {
  const entries: AuditEntry[] = [];
  const state = changes.reduce((before, change) => {
    const step = auditChange(before, change, sha256);
    entries.push(...step.entries);
    return step.state;
  }, fresh);
  return { state, entries };
}

test("every decision of a promotion is in its chain: who, what, when, under which plan and policy", () => {
  const { entries } = play(story);
  const policyHash = sha256(canonicalJson(plan.policy));
  expect(entries).toMatchObject([
    {
      n: 1,
      what: "accepted",
      who: 'Ada, who declares "Rita"',
      oid: "o-1",
      detail: "release 2",
      contentHash: "c".repeat(64),
    },
    { n: 2, what: "planned", planHash: plan.hash, policyHash },
    { n: 3, what: "attempted", detail: "forward 1: accepted", correlationId: "c-1", planHash: plan.hash },
    { n: 4, what: "concluded", outcome: "promoted", code: "promoted", planHash: plan.hash, policyHash },
  ]);
  expect(entries.map(({ at }) => at.slice(-5))).toEqual([".000Z", ".000Z", ".001Z", ".002Z"]);
});

test("each hash covers the entry, the name of its chain, and the hash before it, as canonical JSON", () => {
  const { entries } = play(story);
  entries.forEach(({ hash, ...entry }, i) => {
    const previous = entries[i - 1]?.hash ?? "";
    expect(hash).toBe(sha256(canonicalJson({ in: "promotion-r-1", previous, entry })));
  });
});

test("the completion event carries where the promotion's chain ends, its conclusion included, and where the pair's stood", () => {
  const { state, entries } = play(story);
  const event = JSON.parse(state.conclusion!.event) as CompletionEvent;
  expect(event.data.audit).toEqual({ entries: 4, head: entries[3]?.hash, pair: { entries: 3, head: "p" } });
  expect(state.audit).toMatchObject({ entries: 4, head: entries[3]?.hash });
});

test("whom a schedule or a token names is not told as declared", () => {
  const who = (origin: Registration["origin"], requestedBy = "schedule weekly") => {
    const request = { ...fresh.request, requestedBy };
    return auditChange({ ...fresh, request, origin }, story[0]!, sha256).entries[0]?.who;
  };
  const principal = { oid: "o-1", name: "Ada" };
  expect([
    who({ channel: "schedule" }),
    who({ channel: "queue" }),
    who({ channel: "http", principal }, "Ada"),
    who({ channel: "http", principal }, "the CTO"),
  ]).toEqual(["schedule weekly", "schedule weekly (declared)", "Ada", 'Ada, who declares "the CTO"']);
});

test("whoever asked through the queue is named as declared, and an operator's word that passes the gate is told", () => {
  const origin = { channel: "queue", breakGlass: { reason: "production is down" } } as const;
  const step = auditChange({ ...fresh, origin }, story[0]!, sha256);
  expect(step.entries).toMatchObject([
    { who: `${fresh.request.requestedBy} (declared)`, breakGlass: "production is down" },
  ]);
});

test("a change that has no effect, or comes again, adds nothing to the chain and leaves the same promotion record", () => {
  const { state } = play(story);
  for (const change of story) expect(auditChange(state, change, sha256)).toEqual({ state, entries: [] });
  const superseded = auditChange(fresh, { kind: "conclude", runId: "other", ending, at: NOW }, sha256);
  expect(superseded).toEqual({ state: fresh, entries: [] });
});

test("the audit changes nothing about a promotion, and its chain has no gap, whatever comes in which order", () => {
  const change = fc.constantFrom(...story, { kind: "begin", runId: "run-2", at: NOW } as const);
  fc.assert(
    fc.property(fc.array(change, { maxLength: 20 }), (changes) => {
      const plain = changes.reduce(changePromotion, fresh);
      const { state, entries } = play(changes);
      const { audit, conclusion, ...rest } = state;
      expect({ ...rest, outcome: conclusion?.outcome }).toEqual({
        ...{ ...plain, conclusion: undefined, outcome: plain.conclusion?.outcome },
        conclusion: undefined,
      });
      expect(entries.map(({ n }) => n)).toEqual(entries.map((_, i) => i + 1));
      expect(audit?.entries ?? 0).toBe(entries.length);
      expect(audit?.head).toBe(entries.at(-1)?.hash);
    }),
    { numRuns: runs(150) },
  );
});

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

test("a pair's chain has what people decided there, and where the chains of its promotions end, each once", () => {
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

test("a hold by an outcome is chained under its promotion, and one that is refused is not chained", () => {
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

test("the same notes in another chain have other hashes: no chain can be passed off as another", () => {
  const note: AuditNote = { at: "2026-11-24T12:00:00.000Z", what: "held", who: "Olga" };
  const heads = [pairChain(SHOP), pairChain(keyOf("till")), promotionChain("shop")].map(
    (name) => appendNotes(name, undefined, [note], sha256).head?.head,
  );
  expect(new Set(heads).size).toBe(3);
});

test("an empty chain has no entry and no hash, and goes on as one that nobody has begun", () => {
  const note: AuditNote = { at: "2026-11-24T12:00:00.000Z", what: "held", who: "Olga" };
  expect(emptyChain).toEqual({ entries: 0, head: "" });
  expect(appendNotes("c", emptyChain, [note], sha256)).toEqual(appendNotes("c", undefined, [note], sha256));
  expect(appendNotes("c", undefined, [], sha256)).toEqual({ head: undefined, entries: [] });
});

test("a page is keyed by its chain and its number", () => {
  expect(auditKey(pairChain(SHOP), 3)).toBe("pair-shop-3");
});

test("a page keeps its entries in order whatever order they come in, each once, and stays under 16 KiB", () => {
  const long = "y".repeat(2_000);
  const { entries: few } = playPair([
    {
      ...{ kind: "hold", id: "q" },
      hold: {
        id: "h".repeat(105),
        at: 1,
        reason: reason("outcome-unproved", long),
        requestId: "r".repeat(100),
      },
    },
  ]);
  const longest = { ...few[0]!, who: "w".repeat(120), oid: "o".repeat(36), planHash: "p".repeat(64) };
  const entries = Array.from({ length: AUDIT_PAGE_SIZE }, (_, i) => ({ ...longest, n: i + 1 }));
  const page = [...entries, ...entries]
    .reverse()
    .reduce<AuditPage | undefined>((before, entry) => addToAudit(before, entry), undefined);
  expect(page?.entries.map(({ n }) => n)).toEqual(entries.map(({ n }) => n));
  expect(JSON.stringify(page).length).toBeLessThan(16 * 1_024);
  expect([1, AUDIT_PAGE_SIZE, AUDIT_PAGE_SIZE + 1].map(auditPageOf)).toEqual([0, 0, 1]);
});
