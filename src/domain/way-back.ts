import { codes } from "./codes";
import type { wayBackCodes } from "./codes-way-back";
import { tightenSoak, type PairPolicy } from "./policy";
import type { RoleStateCheck } from "./readiness";
import { keptBy } from "./swap-back";
import type { SwapRequest } from "./swap-request";

/** What would become of a regression, foreseen when planned. `by-order`: only a person swaps back; `none`: nobody does. */
export interface WayBack {
  readonly kind: "automatic" | "by-order" | "none";
  /** What stands in its way, or would keep anybody from noticing; none when all is well. */
  readonly warnings: readonly { readonly code: keyof typeof wayBackCodes; readonly detail: string }[];
}

const SUMMARY_LENGTH = 120;
const kinds = {
  "regression-irreversible": "none",
  "regression-kept": "by-order",
} as const;

/** Says before the swap whether there would be a way back; `outgoing`: how the old production runs at this moment. */
export function foreseeWayBack(
  request: Pick<SwapRequest, "irreversible" | "soak">,
  policy: Pick<PairPolicy, "swapBack" | "soak" | "probes">,
  outgoing: RoleStateCheck,
): WayBack {
  const kept = keptBy(policy, request);
  const rules: readonly [applies: boolean, code: WayBack["warnings"][number]["code"], detail: string][] = [
    [
      kept === "regression-irreversible",
      "way-back-irreversible",
      "the request is declared irreversible: a regression halts, and nobody may swap back",
    ],
    [
      kept === "regression-kept",
      "way-back-by-person",
      'the pair has swapBack "never": a regression halts until a person orders the swap-back',
    ],
    [
      outgoing.verdict !== "ready",
      "way-back-not-running",
      `the old production does not run as it should: ${outgoing.summary.slice(0, SUMMARY_LENGTH)}`,
    ],
    [
      tightenSoak(policy, request).forMs === 0,
      "way-back-unwatched",
      "there is no soak: once the swap is verified, nothing is swapped back any more",
    ],
    [
      (policy.probes ?? []).length === 0,
      "way-back-without-probes",
      "no probes are configured: only role instances are watched, and not whether production serves",
    ],
  ];
  const warnings = rules.flatMap(([applies, code, detail]) => (applies ? [{ code, detail }] : []));
  return { kind: kept ? kinds[kept] : "automatic", warnings };
}

const told: Readonly<Record<WayBack["kind"], string>> = {
  automatic: "a regression is swapped back without a person",
  "by-order": "a regression halts; only a person swaps back, while it is verified or soaks",
  none: "a regression halts, and nobody swaps back",
};

/** The way back for people, with what to do about every warning. */
export function viewWayBack({ kind, warnings }: WayBack) {
  return {
    kind,
    detail: told[kind],
    warnings: warnings.map(({ code, detail }) => ({ code, detail, remedy: codes[code].remedy })),
  };
}
