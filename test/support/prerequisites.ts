import type {
  PairObservation,
  PublicIpObservation,
  Read,
  ServiceObservation,
} from "../../src/domain/cloud-service/observation";
import type { SwapRequest } from "../../src/domain/kernel/swap-request";
import type { PrerequisiteCode } from "../../src/domain/plan/plan";
import { identityOf } from "../../src/domain/plan/planning";
import { judgePrerequisites } from "../../src/domain/plan/prerequisites";
import { aPair, aPolicy, aRequest, aService, NOW } from "./observations";

export interface World {
  readonly blue?: Partial<ServiceObservation>;
  readonly green?: Partial<ServiceObservation>;
  readonly ips?: readonly Read<PublicIpObservation>[];
  readonly observed?: Partial<PairObservation>;
  readonly request?: Partial<SwapRequest>;
  readonly now?: number;
}

/** Judges every rule on a healthy pair with the given changes. Green is incoming. */
export function judge({ blue, green, ips, observed, request, now }: World = {}) {
  const services = { incoming: aService("green", green), outgoing: aService("blue", blue) };
  const identities = {
    incoming: identityOf("green", services.incoming),
    outgoing: identityOf("blue", services.outgoing),
  };
  const seen = { ...aPair(blue, green), ...(ips ? { publicIps: ips } : {}), ...observed };
  return judgePrerequisites(identities, services, seen, aRequest(request), aPolicy(), now ?? NOW);
}

/** The verdict, failure and evidence of one rule. */
export function described(
  code: PrerequisiteCode,
  world: World,
): readonly [verdict: string, evidence: string] {
  const rule = judge(world).find((each) => each.code === code);
  if (!rule) throw new Error(`no rule ${code}`);
  const { verdict, failure, evidence } = rule;
  return [failure === undefined ? verdict : `${verdict}: ${failure}`, evidence];
}

export type DescribedRow = readonly [code: PrerequisiteCode, world: World, verdict: string, evidence: string];
