import fc from "fast-check";
import { createHash } from "node:crypto";
import type { AuditEntry } from "../../../../src/domain/audit/chain";
import { canonicalJson } from "../../../../src/domain/kernel/canonical-json";
import { reason } from "../../../../src/domain/kernel/reason-codes";
import { decidePlan } from "../../../../src/domain/plan/planning";
import { auditChange } from "../../../../src/domain/promotion/audit";
import type { CompletionEvent } from "../../../../src/domain/promotion/events";
import { changePromotion, register } from "../../../../src/domain/promotion/promotion";
import type { PromotionChange, Registration } from "../../../../src/domain/promotion/state";
import { aPair, aPolicy, aRequest, NOW } from "../../../support/observations";
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

test("a promotion's chain has each decision: who, what, when, plan and policy", () => {
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

test("the completion event has the ends of the promotion's and the pair's chains", () => {
  const { state, entries } = play(story);
  const event = JSON.parse(state.conclusion!.event) as CompletionEvent;
  expect(event.data.audit).toEqual({ entries: 4, head: entries[3]?.hash, pair: { entries: 3, head: "p" } });
  expect(state.audit).toMatchObject({ entries: 4, head: entries[3]?.hash });
});

test("a name from a schedule or a token is not marked as declared", () => {
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

test("a name from the queue is marked as declared, and a break-glass is recorded", () => {
  const origin = { channel: "queue", breakGlass: { reason: "production is down" } } as const;
  const step = auditChange({ ...fresh, origin }, story[0]!, sha256);
  expect(step.entries).toMatchObject([
    { who: `${fresh.request.requestedBy} (declared)`, breakGlass: "production is down" },
  ]);
});

test("a repeated or ineffective change adds nothing to the chain", () => {
  const { state } = play(story);
  for (const change of story) expect(auditChange(state, change, sha256)).toEqual({ state, entries: [] });
  const superseded = auditChange(fresh, { kind: "conclude", runId: "other", ending, at: NOW }, sha256);
  expect(superseded).toEqual({ state: fresh, entries: [] });
});

test("the audit does not change a promotion, and its chain has no gap", () => {
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
