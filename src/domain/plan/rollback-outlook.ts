import type { RoleStateCheck } from "../cloud-service/readiness";
import { reason, type rollbackOutlookCodes } from "../kernel/reason-codes";
import type { SwapRequest } from "../kernel/swap-request";
import { type PairPolicy, tightenSoak } from "../policy/policy";

/** What would become of a regression, foreseen when planned. `by-order`: only a person rolls back; `none`: nobody does. */
export interface RollbackOutlook {
  readonly kind: "automatic" | "by-order" | "none";
  /** What stands in its way, or would keep anybody from noticing; none when all is well. */
  readonly warnings: readonly { readonly code: keyof typeof rollbackOutlookCodes; readonly detail: string }[];
}

const SUMMARY_LENGTH = 120;
const kinds = {
  "regression-irreversible": "none",
  "regression-kept": "by-order",
} as const;

/** Says before the swap whether there would be a rollback; `outgoing`: how the old production runs at this moment. */
export function foreseeRollback(
  request: Pick<SwapRequest, "irreversible" | "soak">,
  policy: Pick<PairPolicy, "rollback" | "soak" | "probes">,
  outgoing: RoleStateCheck,
): RollbackOutlook {
  const kept = keptBy(policy, request);
  const rules: readonly [
    applies: boolean,
    code: RollbackOutlook["warnings"][number]["code"],
    detail: string,
  ][] = [
    [
      kept === "regression-irreversible",
      "rollback-ruled-out",
      "the request is declared irreversible: a regression halts, and nobody may roll back",
    ],
    [
      kept === "regression-kept",
      "rollback-only-by-order",
      'the pair has rollback "never": a regression halts until a person orders the rollback',
    ],
    [
      outgoing.verdict !== "ready",
      "rollback-target-not-running",
      `the old production does not run as it should: ${outgoing.summary.slice(0, SUMMARY_LENGTH)}`,
    ],
    [
      tightenSoak(policy, request).forMs === 0,
      "rollback-unwatched",
      "there is no soak: once the swap is verified, nothing is rolled back any more",
    ],
    [
      (policy.probes ?? []).length === 0,
      "rollback-without-probes",
      "no probes are configured: only role instances are watched, and not whether production serves",
    ],
  ];
  const warnings = rules.flatMap(([applies, code, detail]) => (applies ? [{ code, detail }] : []));
  return { kind: kept ? kinds[kept] : "automatic", warnings };
}

const described: Readonly<Record<RollbackOutlook["kind"], string>> = {
  automatic: "a regression is rolled back without a person",
  "by-order": "a regression halts; only a person rolls back, while it is verified or soaks",
  none: "a regression halts, and nobody rolls back",
};

/** The rollback for people, with what to do about every warning. */
export function viewRollbackOutlook({ kind, warnings }: RollbackOutlook) {
  return {
    kind,
    detail: described[kind],
    warnings: warnings.map(({ code, detail }) => reason(code, detail)),
  };
}

/** What forbids a rollback that nobody ordered in person; undefined: it may be rolled back. */
export function keptBy(
  policy: Pick<PairPolicy, "rollback">,
  request: Pick<SwapRequest, "irreversible">,
): "regression-irreversible" | "regression-kept" | undefined {
  if (request.irreversible) return "regression-irreversible";
  return policy.rollback === "never" ? "regression-kept" : undefined;
}
