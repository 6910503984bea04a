import type { Code } from "../../src/domain/codes";
import type { PublicIpObservation, Read, ServiceObservation } from "../../src/domain/observation";
import { identityOf, type PairObservation } from "../../src/domain/planning";
import { judgePrerequisites } from "../../src/domain/prerequisites";
import type { SwapRequest } from "../../src/domain/swap-request";
import { aPair, aPolicy, aRequest, aService, NOW } from "./observations";

export interface World {
  readonly blue?: Partial<ServiceObservation>;
  readonly green?: Partial<ServiceObservation>;
  readonly ips?: readonly Read<PublicIpObservation>[];
  readonly observed?: Partial<PairObservation>;
  readonly request?: Partial<SwapRequest>;
  readonly now?: number;
}

/** Every rule, judged on a pair that is healthy but for what is said; green comes in. */
export function judge({ blue, green, ips, observed, request, now }: World = {}) {
  const services = { incoming: aService("green", green), outgoing: aService("blue", blue) };
  const identities = {
    incoming: identityOf("green", services.incoming),
    outgoing: identityOf("blue", services.outgoing),
  };
  const seen = { ...aPair(blue, green), ...(ips ? { publicIps: ips } : {}), ...observed };
  return judgePrerequisites(identities, services, seen, aRequest(request), aPolicy(), now ?? NOW);
}

/** The verdict on one rule and its evidence; the rule is found by its place, for its code may depend on what was read. */
export function told(code: Code, world: World): readonly [verdict: string, evidence: string] {
  const place = judge().findIndex((rule) => rule.code === code);
  const rule = judge(world)[place];
  if (!rule) throw new Error(`no rule ${code}`);
  return [rule.code === code ? rule.verdict : `${rule.verdict} as ${rule.code}`, rule.evidence];
}

export type ToldRow = readonly [code: Code, world: World, verdict: string, evidence: string];
