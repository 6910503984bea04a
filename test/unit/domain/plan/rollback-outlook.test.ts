import { checkRoles } from "../../../../src/domain/cloud-service/readiness";
import { codes } from "../../../../src/domain/kernel/reason-codes";
import type { SwapRequest } from "../../../../src/domain/kernel/swap-request";
import { withoutEvidence } from "../../../../src/domain/plan/plan";
import { decidePlan } from "../../../../src/domain/plan/planning";
import { foreseeRollback, viewRollbackOutlook } from "../../../../src/domain/plan/rollback-outlook";
import type { PairPolicy } from "../../../../src/domain/policy/policy";
import { changePromotion, register } from "../../../../src/domain/promotion/promotion";
import { viewPromotion } from "../../../../src/domain/promotion/view";
import { aPair, aPolicy, aRequest, aService, found, NOW, someInstances } from "../../../support/observations";

/** What is said before the swap of whether there would be a rollback. */
const probes: PairPolicy["probes"] = [
  { name: "home", url: "https://shop.example/", expect: {}, timeoutMs: 5_000 },
];
const check = (...states: readonly string[]) =>
  checkRoles("blue", found(aService("blue")), found(someInstances("blue", states)));
const running = check("Started", "Started");

interface Given {
  readonly request?: Partial<SwapRequest>;
  readonly policy?: Partial<PairPolicy>;
  readonly outgoing?: typeof running;
}
const foresee = ({ request, policy, outgoing = running }: Given) =>
  foreseeRollback(aRequest(request), aPolicy({ probes, ...policy }), outgoing);
const off = { ...aPolicy().soak, forMs: 0 };

test("with probes, a soak and a running old production there are no warnings", () => {
  expect(foresee({})).toEqual({ kind: "automatic", warnings: [] });
});

test.each<[string, Given, string, string]>([
  ["an irreversible request", { request: { irreversible: true } }, "none", "rollback-ruled-out"],
  ['a pair with rollback "never"', { policy: { rollback: "never" } }, "by-order", "rollback-only-by-order"],
  [
    "a stopped old production",
    { outgoing: check("Started", "Stopped") },
    "automatic",
    "rollback-target-not-running",
  ],
  [
    "an old production that starts",
    { outgoing: check("Started", "Starting") },
    "automatic",
    "rollback-target-not-running",
  ],
  ["no soak", { policy: { soak: off } }, "automatic", "rollback-unwatched"],
  ["no probes", { policy: { probes: undefined } }, "automatic", "rollback-without-probes"],
  ["an empty list of probes", { policy: { probes: [] } }, "automatic", "rollback-without-probes"],
])("%s has a warning in advance, with its remedy", (_what, given, kind, code) => {
  const seen = foresee(given);
  expect(seen).toMatchObject({ kind, warnings: [{ code }] });
  expect(seen.warnings).toHaveLength(1);
  expect(viewRollbackOutlook(seen).warnings).toEqual([
    { code, detail: seen.warnings[0]?.detail, remedy: codes[code as keyof typeof codes].remedy },
  ]);
});

test("all obstacles are reported at once, the forbidding ones first", () => {
  const seen = foresee({
    request: { irreversible: true },
    policy: { rollback: "never", soak: off, probes: undefined },
    outgoing: check("Stopped", "Stopped"),
  });
  expect(seen.kind).toBe("none");
  expect(seen.warnings.map(({ code }) => code)).toEqual([
    ...["rollback-ruled-out", "rollback-target-not-running", "rollback-unwatched", "rollback-without-probes"],
  ]);
  expect(seen.warnings[1]?.detail).toContain("Web_IN_0");
});

test("every warning describes the facts, and a long list of instances is truncated", () => {
  const everything = (policy: Partial<PairPolicy>, request: Partial<SwapRequest> = {}) =>
    foresee({
      ...{ request, policy: { soak: off, probes: undefined, ...policy } },
      outgoing: { ...check("Stopped"), summary: "s".repeat(300) },
    }).warnings.map(({ detail }) => detail);
  const always = [
    `the old production is not ready: ${"s".repeat(120)}`,
    "there is no soak: after verification, nothing is rolled back",
    "no probes are configured: only role instances are monitored, not whether production responds",
  ];
  expect(everything({}, { irreversible: true })).toEqual([
    "the request is declared irreversible: a regression halts, and no rollback is allowed",
    ...always,
  ]);
  expect(everything({ rollback: "never" })).toEqual([
    'the pair has rollback "never": a regression halts until a person orders the rollback',
    ...always,
  ]);
});

test("a request that asks for a soak has one, and irreversible: false is none", () => {
  const seen = foresee({ request: { soak: { forMs: 60_000 }, irreversible: false }, policy: { soak: off } });
  expect(seen).toEqual({ kind: "automatic", warnings: [] });
});

test.each([
  ["automatic", /rolled back automatically/],
  ["by-order", /a person can order the rollback/],
  ["none", /halts without a rollback/],
] as const)("%s is described in plain words", (kind, words) => {
  expect(viewRollbackOutlook({ kind, warnings: [] })).toEqual({
    ...{ kind, detail: expect.stringMatching(words) as string, warnings: [] },
  });
});

const planOf = (irreversible: boolean) => {
  const verdict = decidePlan({
    request: aRequest({ irreversible }),
    policy: aPolicy(),
    observed: { ...aPair(), blueInstances: found(someInstances("blue", ["Started", "Stopped"])) },
    now: NOW,
    digest: (text) => text,
  });
  if (verdict.kind !== "planned") throw new Error(verdict.kind);
  return verdict.plan;
};

test("the outlook is evidence of a plan: not in its hash, and not passed to a swap", () => {
  const plan = planOf(false);
  expect(plan.rollbackOutlook).toMatchObject({
    ...{
      kind: "automatic",
      warnings: [{ code: "rollback-target-not-running" }, { code: "rollback-without-probes" }],
    },
  });
  expect(plan.hash).not.toContain("way-back");
  expect(withoutEvidence(plan)).not.toHaveProperty("rollbackOutlook");
});

test("a promotion shows its outlook until it ends; an older record has none", () => {
  const origin = { channel: "queue" } as const;
  const fresh = register(undefined, {
    requestId: "r",
    contentHash: "h",
    request: aRequest(),
    origin,
    at: NOW,
  });
  const { rollbackOutlook, ...older } = planOf(true);
  const begun = changePromotion(fresh, { kind: "begin", runId: "run", at: NOW });
  const shown = (plan: typeof older) =>
    viewPromotion(changePromotion(begun, { kind: "plan", runId: "run", plan, at: NOW }), "UTC").plan
      ?.rollbackOutlook;
  expect(shown(planOf(true))).toEqual(rollbackOutlook && viewRollbackOutlook(rollbackOutlook));
  expect(shown(older)).toBeUndefined();
});
