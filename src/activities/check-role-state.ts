import type { ServiceIdentity } from "../domain/cloud-service/observation";
import { checkPlannedRoles, type RoleStateCheck } from "../domain/cloud-service/readiness";
import type { Ports } from "../ports/ports";

export interface RoleStateInput {
  readonly service: ServiceIdentity;
}

/** One role-state check of one service: a single expanded instance list, held against the planned roles. */
export async function checkRoleState(input: RoleStateInput, ports: Ports): Promise<RoleStateCheck> {
  const instances = await ports.cloudServices.readInstances(input.service.id);
  return checkPlannedRoles(input.service, instances, ports.clock.now());
}
