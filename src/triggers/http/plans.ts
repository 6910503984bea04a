import type { HttpResponseInit } from "@azure/functions";
import { parsePlanRequest } from "../../contracts/swap-request";
import type { PlanVerdict } from "../../domain/plan";
import { viewWayBack } from "../../domain/way-back";
import { readJson, type Call } from "./call";
import { askedAt, describeOpening } from "./openings";
import { policyOf, type Reading } from "./pairs";
import { json, Problem } from "./problem";

/** POST plans?at=T: what a promotion would come to now, and whether it might start at T (now); with zero writes. */
export function postPlan(reading: Reading) {
  return async (call: Call): Promise<HttpResponseInit> => {
    const { request, ports } = call;
    const parsed = parsePlanRequest(await readJson(request));
    if (!parsed.ok)
      throw new Problem(parsed.code, "the request is malformed", { complaints: parsed.complaints });
    const asked = parsed.value.request;
    const policy = policyOf(asked.pair, ports);
    const at = askedAt(call);
    const verdict = await reading.plan(policy, { request: asked }, ports);
    if (verdict.kind === "unreadable") {
      const seconds = String(Math.ceil((verdict.retryAfterMs ?? 10_000) / 1000));
      throw new Problem("service-unreadable", verdict.detail, { headers: { "retry-after": seconds } });
    }
    const { kind, ...rest } = verdict;
    const opening = await describeOpening(policy, asked, at, ports);
    return json(200, { verdict: kind, ...(rest satisfies object), ...foreseen(verdict), opening });
  };
}

/** The way back beside the plan, with its remedies. */
function foreseen(verdict: PlanVerdict) {
  if (verdict.kind !== "planned") return {};
  const { wayBack, ...plan } = verdict.plan;
  return { plan, wayBack: wayBack && viewWayBack(wayBack) };
}
