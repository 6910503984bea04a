import { parsePlanRequest } from "../../contracts/swap-request";
import { reason } from "../../domain/kernel/reason-codes";
import type { RequestOrigin } from "../../domain/kernel/swap-request";
import { showTime } from "../../domain/kernel/time";
import { emptyPair } from "../../domain/pair/pair";
import type { PlanVerdict } from "../../domain/plan/plan";
import { inFull } from "../../domain/plan/prerequisites";
import { stillToDo } from "../../domain/promotion/acceptance";
import { viewPlan, viewService } from "../../domain/promotion/view";
import { type Call, readJson } from "./call";
import { askedAt, showWindow } from "./deployment-windows";
import { policyOf, type Reading } from "./pairs";
import { json, Problem } from "./problem";
import type { SharedReads } from "./shared-reads";

/**
 * POST plans?at=T: the plan of a promotion made now, and whether it could start at T (default: now). Writes
 * nothing. It uses shared reads at most 10 s old; a run makes its own.
 */
export function postPlan(reading: Reading, checks: SharedReads) {
  return async (call: Call) => {
    const { request, ports } = call;
    const parsed = parsePlanRequest(await readJson(request));
    if (!parsed.ok) throw new Problem(parsed.code, "the request is malformed", { issues: parsed.issues });
    const asked = parsed.value.request;
    const policy = policyOf(asked.pair, ports);
    const at = askedAt(call);
    const check = checks.at(policy, "plan", ports);
    const readers = { ...ports, cloudServices: check.cloudServices };
    const verdict = await reading.plan(policy, { request: asked }, readers);
    if (verdict.kind === "unreadable") {
      const seconds = String(Math.ceil((verdict.retryAfterMs ?? 10_000) / 1000));
      throw new Problem("service-unreadable", verdict.detail, { headers: { "retry-after": seconds } });
    }
    const pair = (await ports.pairs.read(policy.key)) ?? emptyPair;
    const window = await ports.deploymentWindows.at(policy, asked, pair.holds, at);
    const about = { policy, request: asked, origin: originOf(call) };
    const standing = { ...about, pair, window, now: ports.clock.now() };
    const judged = {
      readAt: showTime(check.readAt, policy.timeZone),
      window: showWindow(window, at, policy, asked.expiresAt),
    };
    if (verdict.kind !== "planned") return json(200, { ...judged, ...viewEnd(verdict) });
    const plan = viewPlan(verdict.plan, policy.timeZone);
    return json(200, { verdict: verdict.kind, ...judged, plan, stillToDo: stillToDo(standing) });
  };
}

/** The origin as if the caller requested it: the requester cannot approve the swap. */
function originOf({ caller: { oid, name, application, permissions } }: Call): RequestOrigin {
  const operator = permissions.includes("Swap.Operate");
  return { channel: "http", principal: { oid, name, application }, operator };
}

/** Why nothing would be swapped, and the remedy. */
function viewEnd(verdict: Exclude<PlanVerdict, { kind: "planned" | "unreadable" }>) {
  const services = {
    incoming: verdict.incoming && viewService(verdict.incoming),
    outgoing: verdict.outgoing && viewService(verdict.outgoing),
  };
  if (verdict.kind === "unchanged")
    return { verdict: verdict.kind, reason: reason("already-held", verdict.detail), ...services };
  const { kind, code, detail, prerequisites } = verdict;
  return {
    verdict: kind,
    reason: reason(code, detail),
    prerequisites: prerequisites.map(inFull),
    ...services,
  };
}
