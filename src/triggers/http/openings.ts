import type { HttpResponseInit } from "@azure/functions";
import { parseAt } from "../../contracts/commands";
import { viewOpening } from "../../domain/opening-told";
import type { PairPolicy } from "../../domain/policy";
import { showTime } from "../../domain/shown-time";
import type { SwapRequest } from "../../domain/swap-request";
import type { Ports } from "../../ports/ports";
import type { Call } from "./call";
import { policyOf } from "./pairs";
import { json, Problem } from "./problem";

const DAY_MS = 86_400_000;
const MOST_AHEAD_MS = 366 * DAY_MS;

/** GET pairs/{name}/opening?at=T: may a swap start at T (now), if not why, and when next. */
export async function getOpening(call: Call): Promise<HttpResponseInit> {
  const policy = policyOf(call.request.params["name"] ?? "", call.ports);
  return json(200, {
    pair: policy.name,
    timeZone: policy.timeZone,
    ...(await describeOpening(policy, {}, askedAt(call), call.ports)),
  });
}

/** The opening of a pair at a time, holds included: the answer that the run, the claim and the API give alike. */
export async function describeOpening(
  policy: PairPolicy,
  asked: Pick<SwapRequest, "notBefore" | "expiresAt">,
  at: number,
  ports: Ports,
) {
  const holds = (await ports.pairs.read(policy.key))?.holds ?? [];
  const opening = await ports.openings.at(policy, asked, holds, at);
  return { at: showTime(at, policy.timeZone), ...viewOpening(opening, policy.timeZone, asked.expiresAt) };
}

/** The time of `?at=`, or now; from a day ago to 366 days ahead. */
export function askedAt({ request, ports }: Call): number {
  const now = ports.clock.now();
  const text = request.query.get("at");
  if (text === null) return now;
  const parsed = parseAt(text);
  if (!parsed.ok) throw new Problem("invalid-query", "at is malformed", { complaints: parsed.complaints });
  if (parsed.value < now - DAY_MS || parsed.value > now + MOST_AHEAD_MS)
    throw new Problem("invalid-query", "at must be between a day ago and 366 days ahead");
  return parsed.value;
}
