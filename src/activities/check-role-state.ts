import type { ServiceIdentity } from "../domain/cloud-service/observation";
import { checkPlannedRoles, type RoleStateCheck } from "../domain/cloud-service/readiness";
import type { Ports } from "../ports/ports";

export interface RoleStateInput {
  readonly service: ServiceIdentity;
}

/** Compares one read of a service's instances with its planned roles. */
export async function checkRoleState(input: RoleStateInput, ports: Ports): Promise<RoleStateCheck> {
  const instances = await ports.cloudServices.readInstances(input.service.id);
  return checkPlannedRoles(input.service, instances, ports.clock.now());
}
