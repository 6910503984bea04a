import { parseAt } from "../../contracts/commands";
import { showTime } from "../../domain/kernel/time";
import { type DeploymentWindow, viewWindow } from "../../domain/policy/deployment-window";
import type { PairPolicy } from "../../domain/policy/policy";
import type { Call } from "./call";
import { policyOf } from "./pairs";
import { json, Problem } from "./problem";

const DAY_MS = 86_400_000;
const MOST_AHEAD_MS = 366 * DAY_MS;

/** GET pairs/{name}/window?at=T: whether a swap may start at T (default: now), if not why, and when next. */
export async function getWindow(call: Call) {
  const { ports } = call;
  const policy = policyOf(call.request.params["name"] ?? "", ports);
  const at = askedAt(call);
  const holds = (await ports.pairs.read(policy.key))?.holds ?? [];
  const window = await ports.deploymentWindows.at(policy, {}, holds, at);
  return json(200, {
    pair: policy.name,
    timeZone: policy.timeZone,
    ...showWindow(window, at, policy),
  });
}

/** The deployment window of a pair at a time; `expiresAt` is the expiry of the request, if there is one. */
export function showWindow(
  window: DeploymentWindow,
  at: number,
  { timeZone }: PairPolicy,
  expiresAt?: number,
) {
  return { at: showTime(at, timeZone), ...viewWindow(window, timeZone, expiresAt) };
}

/** The time of `?at=` (default: now), at most a day ago and 366 days ahead. */
export function askedAt({ request, ports }: Call): number {
  const now = ports.clock.now();
  const text = request.query.get("at");
  if (text === null) return now;
  const parsed = parseAt(text);
  if (!parsed.ok) throw new Problem("invalid-query", "at is malformed", { issues: parsed.issues });
  if (parsed.value < now - DAY_MS || parsed.value > now + MOST_AHEAD_MS)
    throw new Problem("invalid-query", "at must be between a day ago and 366 days ahead");
  return parsed.value;
}
