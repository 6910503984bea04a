import type { PermissionsObservation, Read } from "../cloud-service/observation";
import { permitted } from "../cloud-service/permission";
import type { Rule, Services } from "./plan";

/** The app's permissions on each service. */
export type PermissionReads = Readonly<Record<keyof Services, Read<PermissionsObservation>>>;

const SLOT_WRITE = "Microsoft.Network/cloudServiceSlots/write";
const OPERATION_READ = "Microsoft.Network/locations/operations/read";

/**
 * Missing permissions, found before people approve. Both services count, since a rollback writes the slot of the other.
 * These rules only warn: the action names are inferred, and permissions on the operation itself cannot be read.
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
