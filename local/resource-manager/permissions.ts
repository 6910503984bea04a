import { z } from "zod";
import { error, ok } from "./arm-replies";
import type { ArmReply } from "./contract";

/** One role of the caller, as `Microsoft.Authorization/permissions` lists it. */
export const grantSchema = z.strictObject({
  actions: z.array(z.string()),
  notActions: z.array(z.string()).default([]),
});

type Grant = z.infer<typeof grantSchema>;

export const SLOT_WRITE = "Microsoft.Network/cloudServiceSlots/write";
export const OPERATION_READ = "Microsoft.Network/locations/operations/read";
const PERMISSIONS_READ = "Microsoft.Authorization/permissions/read";

/** The actions in the app's documentation, and no more. */
export const usualGrants: readonly Grant[] = [
  {
    actions: [
      "Microsoft.Compute/cloudServices/read",
      "Microsoft.Compute/cloudServices/roleInstances/read",
      "Microsoft.Network/publicIPAddresses/read",
      "Microsoft.Network/cloudServiceSlots/read",
      SLOT_WRITE,
      OPERATION_READ,
      PERMISSIONS_READ,
    ],
    notActions: [],
  },
];

/** Refuses an action that no role of the caller has; checks only actions that this world can deny. */
export function forbidden(grants: readonly Grant[], action: string, scope: string): ArmReply | undefined {
  if (mayDo(grants, action)) return undefined;
  return error(
    403,
    "AuthorizationFailed",
    `The client does not have authorization to perform action '${action}' over scope '${scope}'.`,
  );
}

/** The caller's roles at a resource. */
export function permissionsReply(grants: readonly Grant[], scope: string): ArmReply {
  const listed = grants.map((grant) => ({ ...grant, dataActions: [], notDataActions: [] }));
  return forbidden(grants, PERMISSIONS_READ, scope) ?? ok({ value: listed });
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function mayDo(grants: readonly Grant[], action: string): boolean {
  const isOf = (pattern: string) =>
    new RegExp(`^${pattern.split("*").map(escaped).join(".*")}$`, "i").test(action);
  return grants.some(({ actions, notActions }) => actions.some(isOf) && !notActions.some(isOf));
}
