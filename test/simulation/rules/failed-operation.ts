import type { WirePlan, WorldPlan } from "../plans/world-plan";
import type { Judged, Put } from "./coverage";
import type { History } from "./history";

export const FAILURE_RULE = "failure reported";
export const FAILED_AGAIN_RULE = "failed operation ends it";

/** How long after its claim an attempt may send; later answers may have no effect. */
const CLAIM_WINDOW_MS = 60_000;

/** An execution that received the failure of its operation does not send that swap again. */
export function afterFailure(
  { history }: Judged,
  request: string,
  report: (entry: number, broken: string | undefined) => void,
): void {
  const failure = history.failures.find((e) => e.request === request);
  if (!failure) return;
  const again = history.puts.find((put) => put.request === request && wasDescribed(history, put));
  report(again?.n ?? failure.n, again && "sent a PUT after it had received the failure of its operation");
}

/** The outcome describes a failure that could be read, instead of an unknown result. */
export function failureDescribed(
  { history, plan }: Judged,
  request: string,
  report: (entry: number, broken: string | undefined) => void,
): void {
  const [outcome] = history.completions(request);
  const failed = history.failed.find(({ put }) =>
    history.puts.some((e) => e.put === put && e.request === request),
  );
  if (!outcome || !failed || failed.n > outcome.n || !couldHear(history, failed, outcome, plan)) return;
  const isSilent =
    outcome.outcome === "expired" || ["outcome-unproved", "attempts-exhausted"].includes(outcome.code ?? "");
  const described = outcome.code ?? outcome.outcome ?? "?";
  const detail = `ended as ${described}, although the failure of its operation could be read`;
  report(outcome.n, isSilent ? detail : undefined);
}

/** The failure may be unknown when the host died with it, or when it arrived so late that the attempt may be over. */
function wasDescribed(history: History, put: Put): boolean {
  return history.failures.some((failure) => {
    const failed = history.puts.filter((e) => e.request === put.request && e.n < failure.n).at(-1);
    const mayBeUnheard =
      failure.sinceMs > CLAIM_WINDOW_MS ||
      history.hosts.some(({ host, n }) => host === failure.host && n > failure.n && n < put.n);
    const isBefore = failure.request === put.request && failure.n < put.n;
    return isBefore && failed?.side === put.side && !mayBeUnheard;
  });
}

/** The platform gave an address that can be followed, and nothing failed until then. */
export function couldHear(
  history: History,
  { put: number }: { readonly put: number },
  until: { readonly n: number },
  { wire }: Pick<WorldPlan, "wire">,
): boolean {
  const isAccepted = history.over.some((e) => e.put === number && e.how === "202");
  const put = history.puts.find((e) => e.put === number);
  if (!isFollowable(wire) || !isAccepted || !put) return false;
  return ![...history.hosts, ...history.faults].some(({ n }) => n > put.n && n < until.n);
}

interface Urls {
  readonly headers?: string;
  readonly characters?: number;
  readonly expiresAfter?: number;
  readonly later?: object;
}

/** Without all its roles, the app may not be allowed to follow. */
function isFollowable(wire: WirePlan | undefined): boolean {
  if (wire?.permissions !== undefined) return false;
  const { headers, characters = 0, expiresAfter, later } = (wire?.operationUrls ?? {}) as Urls;
  return headers !== "none" && characters <= 12_288 && expiresAfter === undefined && later === undefined;
}
