import type { RoleStateCheck } from "../cloud-service/readiness";
import { reason, type RollbackOutlookCode } from "../kernel/reason-codes";
import type { SwapRequest } from "../kernel/swap-request";
import { type PairPolicy, tightenSoak } from "../policy/policy";

/** What would happen on a regression. `by-order`: only a person can roll back. `none`: no rollback is possible. */
export interface RollbackOutlook {
  readonly kind: "automatic" | "by-order" | "none";
  /** Obstacles to a rollback, or to detecting a regression. */
  readonly warnings: readonly { readonly code: RollbackOutlookCode; readonly detail: string }[];
}

const SUMMARY_LENGTH = 120;
const kinds = { "regression-irreversible": "none", "regression-kept": "by-order" } as const;

/** Predicts before the swap whether a regression would be rolled back. `outgoing` is the current production. */
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
      "the request is declared irreversible: a regression halts, and no rollback is allowed",
    ],
    [
      kept === "regression-kept",
      "rollback-only-by-order",
      'the pair has rollback "never": a regression halts until a person orders the rollback',
    ],
    [
      outgoing.verdict !== "ready",
      "rollback-target-not-running",
      `the old production is not ready: ${outgoing.summary.slice(0, SUMMARY_LENGTH)}`,
    ],
    [
      tightenSoak(policy, request).forMs === 0,
      "rollback-unwatched",
      "there is no soak: after verification, nothing is rolled back",
    ],
    [
      (policy.probes ?? []).length === 0,
      "rollback-without-probes",
      "no probes are configured: only role instances are monitored, not whether production responds",
    ],
  ];
  const warnings = rules.flatMap(([applies, code, detail]) => (applies ? [{ code, detail }] : []));
  return { kind: kept ? kinds[kept] : "automatic", warnings };
}

const described: Readonly<Record<RollbackOutlook["kind"], string>> = {
  automatic: "a regression is rolled back automatically",
  "by-order": "a regression halts; a person can order the rollback during verification or soak",
  none: "a regression halts without a rollback",
};

/** The rollback outlook in replies, with a remedy for every warning. */
export function viewRollbackOutlook({ kind, warnings }: RollbackOutlook) {
  return {
    kind,
    detail: described[kind],
    warnings: warnings.map(({ code, detail }) => reason(code, detail)),
  };
}

/** What forbids an automatic rollback; undefined if it is allowed. */
export function keptBy(
  policy: Pick<PairPolicy, "rollback">,
  request: Pick<SwapRequest, "irreversible">,
): "regression-irreversible" | "regression-kept" | undefined {
  if (request.irreversible) return "regression-irreversible";
  return policy.rollback === "never" ? "regression-kept" : undefined;
}
