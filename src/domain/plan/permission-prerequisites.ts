import type { PermissionsObservation, Read } from "../cloud-service/observation";
import { permitted } from "../cloud-service/permission";
import type { Rule, Services } from "./plan";

/** What was read of the app's own permissions, by service. */
export type PermissionReads = Readonly<Record<keyof Services, Read<PermissionsObservation>>>;

const SLOT_WRITE = "Microsoft.Network/cloudServiceSlots/write";
const OPERATION_READ = "Microsoft.Network/locations/operations/read";

/**
 * What the app lacks, found before people approve: both services, for a rollback writes the other's slot. Actions are
 * inherited downwards, so one that is missing at a service is missing at its group and subscription too. That the
 * operation's action is granted here does not show that it is there, where operations are: that cannot be judged. The
 * names follow Resource Manager's rule and stand in no public list, so these rules only warn.
 */
export function permissionRules(services: Services, reads: PermissionReads): readonly Rule[] {
  const judged = (action: string) =>
    (["incoming", "outgoing"] as const).map(
      (which) => [services[which].name, permitted(reads[which], action)] as const,
    );
  const rule = (code: Rule["code"], failure: Rule["failure"], action: string): Rule => {
    const found = judged(action);
    return {
      code,
      failure,
      basis: "inferred",
      holds: found.every(([, permission]) => permission !== "missing"),
      evidence: found.map(([name, permission]) => `${name} ${permission}`).join(", "),
    };
  };
  return [
    rule("slot-write-permission", "slot-write-not-permitted", SLOT_WRITE),
    rule("operation-read-permission", "operation-read-not-permitted", OPERATION_READ),
  ];
}
