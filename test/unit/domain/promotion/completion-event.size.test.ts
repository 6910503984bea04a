import { withinEventBudget } from "../../../../src/domain/promotion/completion-event";
import type { CompletionData, CompletionEvent } from "../../../../src/domain/promotion/events";
import { stepByStep } from "../../../support/step-by-step";

const BUDGET = 9_800;
const x = (length: number) => "x".repeat(length);
const at = "2026-11-24T12:00:00.000Z";
const service = (side: "blue" | "green") => ({ side, id: `/${side}`, name: side, version: "v1" });
const read = (side: "blue" | "green") => ({
  ...{ id: `/${side}`, side, observedAt: at, slot: "production" },
  publicIp: { id: "/ip", address: "203.0.113.10", frontendId: "/fe" },
});

const data: CompletionData = {
  ...{ requestId: "r1", pair: "shop", outcome: "rolled-back" },
  reason: { code: "regression", detail: x(400), remedy: "Look." },
  ...{ requestedBy: { kind: "declared", name: x(120) }, requestReason: x(300) },
  ...{ incoming: service("green"), outgoing: service("blue"), planHash: "" },
  phases: Array.from({ length: 26 }, (_, i) =>
    i === 0 ? { phase: "accepted", at } : { phase: "planning", at, note: x(50) },
  ),
  prerequisites: [
    {
      code: "role-names",
      title: "t",
      verdict: "warned",
      basis: "unknown",
      evidence: x(200),
      remedy: "Do.",
    },
  ],
  attempts: [
    { n: 1, at, verdict: { kind: "unknown", detail: x(150), text: `unknown: ${x(150)}` }, evidence: x(120) },
  ],
  soak: {
    since: at,
    until: at,
    checks: 3,
    failures: 1,
    last: [{ name: "home", verdict: "failure", detail: x(60) }],
  },
  rollback: { cause: "person", by: "Olga", note: x(120), at },
  approvals: {
    ...{ planHash: "h", quorum: 1, asked: 1, decision: "granted" },
    votes: [
      { oid: "o1", name: "Ann", decision: "approve", comment: x(70), at },
      { oid: "o2", name: "Bob", decision: "approve", at },
    ],
  },
  finalRead: { incoming: read("green") as never, outgoing: read("blue") as never },
};

const eventWith = (over: Partial<CompletionData>): CompletionEvent => ({
  ...{ specversion: "1.0", id: "e", source: "urn:cloud-service-swap", subject: "s", time: at },
  ...{ type: "cloud-service-swap.promotion.completed", datacontenttype: "application/json" },
  data: { ...data, ...over },
});
const sizeOf = (event: CompletionEvent) => JSON.stringify(JSON.stringify(event)).length;

const report = ({ data: kept }: CompletionEvent) => ({
  phases: [kept.phases.length, Math.max(0, ...kept.phases.map(({ note = "" }) => note.length))],
  evidence: kept.prerequisites[0]?.evidence.length,
  attempt: [kept.attempts[0]?.verdict.detail, kept.attempts[0]?.verdict.text, kept.attempts[0]?.evidence].map(
    (text) => text?.length,
  ),
  frontends: [kept.finalRead?.incoming, kept.finalRead?.outgoing].map(
    (each) => each?.publicIp?.frontendId ?? null,
  ),
  words: [kept.reason.detail, kept.requestReason, kept.requestedBy.name].map(({ length }) => length),
  people: [kept.soak?.last[0]?.detail, kept.rollback?.note, kept.approvals?.votes[0]?.comment].map(
    (text) => text?.length,
  ),
  remedy: kept.prerequisites[0]?.remedy,
});
type Described = ReturnType<typeof report>;

const whole: Described = {
  ...{ phases: [26, 50], evidence: 200, attempt: [150, 159, 120], frontends: ["/fe", "/fe"] },
  ...{ words: [400, 300, 120], people: [60, 120, 70], remedy: "Do." },
};
const given: readonly Partial<Described>[] = [
  { phases: [24, 40] },
  { evidence: 120 },
  { phases: [16, 30] },
  { attempt: [80, 89, 80] },
  { evidence: 60 },
  { phases: [12, 0] },
  { frontends: [null, null] },
  { words: [300, 200, 100] },
  { people: [40, 80, 40] },
  { attempt: [30, 39, 30] },
  { evidence: 30 },
  { remedy: undefined },
];

test("an event that is too long gives up the least needed parts first", () => {
  const seen = stepByStep(
    BUDGET,
    given.length,
    (longer) => withinEventBudget(eventWith({ planHash: x(longer) })),
    sizeOf,
    report,
  );
  let expected = whole;
  for (const [i, change] of given.entries()) {
    expect(seen[i]?.full).toEqual(expected);
    expected = { ...expected, ...change };
    expect(seen[i]?.one).toEqual(expected);
  }
});

test("a part that gives up its texts keeps everything else", () => {
  const { data: kept } = withinEventBudget(eventWith({ planHash: x(BUDGET) }));
  expect(kept).toMatchObject({
    ...{ requestId: "r1", incoming: data.incoming, outgoing: data.outgoing },
    reason: { code: "regression", remedy: "Look." },
    prerequisites: [{ code: "role-names", title: "t", verdict: "warned", basis: "unknown" }],
    attempts: [{ n: 1, at }],
    soak: { since: at, checks: 3, failures: 1, last: [{ name: "home", verdict: "failure" }] },
    rollback: { cause: "person", by: "Olga", at },
    approvals: { quorum: 1, decision: "granted", votes: [{ oid: "o1", name: "Ann", at }, { oid: "o2" }] },
    finalRead: {
      incoming: { id: "/green", slot: "production", publicIp: { id: "/ip", address: "203.0.113.10" } },
    },
  });
  expect(kept.phases[0]).toEqual({ phase: "accepted", at });
  expect(kept.approvals?.votes[1]).not.toHaveProperty("comment", expect.anything());
});

test("a part that is missing is not added by giving up texts", () => {
  const none = { soak: undefined, rollback: undefined, approvals: undefined };
  const reads = [
    null,
    { incoming: null, outgoing: null },
    { incoming: { id: "/green", side: "green", observedAt: at }, outgoing: null },
  ];
  for (const finalRead of reads) {
    const { data: kept } = withinEventBudget(eventWith({ ...none, finalRead, planHash: x(BUDGET) }));
    expect(kept.finalRead).toEqual(finalRead);
    expect([kept.soak, kept.rollback, kept.approvals]).toEqual([undefined, undefined, undefined]);
  }
});
