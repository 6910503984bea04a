import type { Read, ServiceObservation } from "../domain/cloud-service/observation";
import { checkRoles, type RoleStateCheck } from "../domain/cloud-service/readiness";
import type { PairPolicy } from "../domain/policy/policy";
import type { Ports } from "../ports/ports";

export interface PairDescription {
  readonly blue: Read<ServiceObservation>;
  readonly green: Read<ServiceObservation>;
  readonly blueCheck: RoleStateCheck;
  readonly greenCheck: RoleStateCheck;
}

/** A fresh look at both services of a pair, for people; only reads. */
export async function describePair(policy: PairPolicy, { cloudServices }: Ports): Promise<PairDescription> {
  const [blue, green, blueInstances, greenInstances] = await Promise.all([
    cloudServices.readService(policy.blue, policy.versionTag),
    cloudServices.readService(policy.green, policy.versionTag),
    cloudServices.readInstances(policy.blue),
    cloudServices.readInstances(policy.green),
  ]);
  return {
    blue,
    green,
    blueCheck: checkRoles("blue", blue, blueInstances),
    greenCheck: checkRoles("green", green, greenInstances),
  };
}
