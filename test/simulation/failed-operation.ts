import type { History } from "./history";
import type { Of } from "./timeline";
import type { WirePlan, WorldPlan } from "./world-plan";

type Put = Of<"put">;

/** How long after its claim an attempt may send (design.md §4.2): what is told later may concern nobody any more. */
const CLAIM_WINDOW_MS = 60_000;

/** Whoever heard, or could not but hear, that the operation of its swap failed does not try that swap again. */
export function afterFailure(history: History, put: Put, plan: Pick<WorldPlan, "wire">): string | undefined {
  if (wasTold(history, put)) return "after it had been told that its operation failed";
  return couldHear(history, put, plan)
    ? "after its operation had failed, which everybody could hear"
    : undefined;
}

/** Nobody may have heard where the host died with it, or where an execution was told so late that its attempt may be over. */
function wasTold(history: History, put: Put): boolean {
  return history.failures.some((failure) => {
    const failed = history.puts.filter((e) => e.request === put.request && e.n < failure.n).at(-1);
    const mayBeUnheard =
      failure.sinceMs > CLAIM_WINDOW_MS ||
      history.hosts.some(({ host, n }) => host === failure.host && n > failure.n && n < put.n);
    const isBefore = failure.request === put.request && failure.n < put.n;
    return isBefore && failed?.side === put.side && !mayBeUnheard;
  });
}

/** The platform had named the operation at an address that everybody can follow, and nothing went wrong since. */
function couldHear(history: History, put: Put, { wire }: Pick<WorldPlan, "wire">): boolean {
  if (!isFollowable(wire)) return false;
  return (put.afterFailed ?? []).some((number) => {
    const failed = history.puts.find((e) => e.put === number);
    const isAccepted = history.over.some((e) => e.put === number && e.how === "202");
    if (!failed || !isAccepted || failed.request !== put.request || failed.side !== put.side) return false;
    return ![...history.hosts, ...history.faults].some(({ n }) => n > failed.n && n < put.n);
  });
}

interface Urls {
  readonly headers?: string;
  readonly characters?: number;
  readonly expiresAfter?: number;
  readonly later?: object;
}

/** An app without all its roles may not be allowed to follow. */
function isFollowable(wire: WirePlan | undefined): boolean {
  if (wire?.permissions !== undefined) return false;
  const { headers, characters = 0, expiresAfter, later } = (wire?.operationUrls ?? {}) as Urls;
  return headers !== "none" && characters <= 12_288 && expiresAfter === undefined && later === undefined;
}
