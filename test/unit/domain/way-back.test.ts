import { codes } from "../../../src/domain/codes";
import { withoutEvidence } from "../../../src/domain/plan";
import { decidePlan } from "../../../src/domain/planning";
import type { PairPolicy } from "../../../src/domain/policy";
import { register, changePromotion } from "../../../src/domain/promotion";
import { viewPromotion } from "../../../src/domain/promotion-view";
import { checkRoles } from "../../../src/domain/readiness";
import type { SwapRequest } from "../../../src/domain/swap-request";
import { foreseeWayBack, viewWayBack } from "../../../src/domain/way-back";
import { aPair, aPolicy, aRequest, aService, found, NOW, someInstances } from "../../support/observations";

/** What is said before the swap of whether there would be a way back. */
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
  foreseeWayBack(aRequest(request), aPolicy({ probes, ...policy }), outgoing);
const off = { ...aPolicy().soak, forMs: 0 };

test("with probes, a soak, a running old production and nothing that forbids it there is nothing to warn of", () => {
  expect(foresee({})).toEqual({ kind: "automatic", warnings: [] });
});

test.each<[string, Given, string, string]>([
  ["an irreversible request", { request: { irreversible: true } }, "none", "way-back-irreversible"],
  ['a pair with swapBack "never"', { policy: { swapBack: "never" } }, "by-order", "way-back-by-person"],
  [
    "a stopped old production",
    { outgoing: check("Started", "Stopped") },
    "automatic",
    "way-back-not-running",
  ],
  [
    "an old production that starts",
    { outgoing: check("Started", "Starting") },
    "automatic",
    "way-back-not-running",
  ],
  ["no soak", { policy: { soak: off } }, "automatic", "way-back-unwatched"],
  ["no probes", { policy: { probes: undefined } }, "automatic", "way-back-without-probes"],
  ["an empty list of probes", { policy: { probes: [] } }, "automatic", "way-back-without-probes"],
])("%s is told beforehand, with its remedy", (_what, given, kind, code) => {
  const seen = foresee(given);
  expect(seen).toMatchObject({ kind, warnings: [{ code }] });
  expect(seen.warnings).toHaveLength(1);
  expect(viewWayBack(seen).warnings).toEqual([
    { code, detail: seen.warnings[0]?.detail, remedy: codes[code as keyof typeof codes].remedy },
  ]);
});

test("all that stands in the way is told at once, and what nobody may do comes before what nobody does", () => {
  const seen = foresee({
    request: { irreversible: true },
    policy: { swapBack: "never", soak: off, probes: undefined },
    outgoing: check("Stopped", "Stopped"),
  });
  expect(seen.kind).toBe("none");
  expect(seen.warnings.map(({ code }) => code)).toEqual([
    ...["way-back-irreversible", "way-back-not-running", "way-back-unwatched", "way-back-without-probes"],
  ]);
  expect(seen.warnings[1]?.detail).toContain("Web_IN_0");
});

test("every warning says in words what is so, and a long account of instances is cut", () => {
  const everything = (policy: Partial<PairPolicy>, request: Partial<SwapRequest> = {}) =>
    foresee({
      ...{ request, policy: { soak: off, probes: undefined, ...policy } },
      outgoing: { ...check("Stopped"), summary: "s".repeat(300) },
    }).warnings.map(({ detail }) => detail);
  const always = [
    `the old production does not run as it should: ${"s".repeat(120)}`,
    "there is no soak: once the swap is verified, nothing is swapped back any more",
    "no probes are configured: only role instances are watched, and not whether production serves",
  ];
  expect(everything({}, { irreversible: true })).toEqual([
    "the request is declared irreversible: a regression halts, and nobody may swap back",
    ...always,
  ]);
  expect(everything({ swapBack: "never" })).toEqual([
    'the pair has swapBack "never": a regression halts until a person orders the swap-back',
    ...always,
  ]);
});

test("a request that asks for a soak has one, and irreversible: false is none", () => {
  const seen = foresee({ request: { soak: { forMs: 60_000 }, irreversible: false }, policy: { soak: off } });
  expect(seen).toEqual({ kind: "automatic", warnings: [] });
});

test.each([
  ["automatic", /swapped back without a person/],
  ["by-order", /only a person swaps back/],
  ["none", /nobody swaps back/],
] as const)("%s is said in plain words", (kind, words) => {
  expect(viewWayBack({ kind, warnings: [] })).toEqual({
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

test("a plan carries it as evidence of its moment: outside its hash, and not in what a run carries along", () => {
  const plan = planOf(false);
  expect(plan.wayBack).toMatchObject({
    ...{
      kind: "automatic",
      warnings: [{ code: "way-back-not-running" }, { code: "way-back-without-probes" }],
    },
  });
  expect(plan.hash).not.toContain("way-back");
  expect(withoutEvidence(plan)).not.toHaveProperty("wayBack");
});

test("a promotion shows it until it has ended; one that was planned before there was such a thing shows none", () => {
  const origin = { channel: "queue" } as const;
  const fresh = register(undefined, {
    requestId: "r",
    contentHash: "h",
    request: aRequest(),
    origin,
    at: NOW,
  });
  const { wayBack, ...older } = planOf(true);
  const begun = changePromotion(fresh, { kind: "begin", runId: "run", at: NOW });
  const shown = (plan: typeof older) =>
    viewPromotion(changePromotion(begun, { kind: "plan", runId: "run", plan, at: NOW }), "UTC").plan?.wayBack;
  expect(shown(planOf(true))).toEqual(wayBack && viewWayBack(wayBack));
  expect(shown(older)).toBeUndefined();
});
