import type { Grant, PermissionsObservation } from "../../domain/cloud-service/observation";
import { listMember, textMember } from "./replies";

/** Reads the app's permissions on a resource. `isWhole` is false if the list has invalid entries or more pages. */
export function parsePermissions(body: unknown, resourceId: string, now: number): PermissionsObservation {
  const items = listMember(body, "value");
  const grants = (items ?? []).flatMap((item) => parseGrant(item) ?? []);
  const isWhole = grants.length === items?.length && textMember(body, "nextLink") === undefined;
  return { resourceId, observedAt: now, grants, isWhole };
}

/** Undefined for an invalid entry. `notActions` may be absent, but must not have another type. */
function parseGrant(item: unknown): Grant | undefined {
  const actions = listMember(item, "actions");
  const notActions = listMember(item, "notActions") ?? [];
  const isText = (each: unknown): each is string => typeof each === "string";
  return actions?.every(isText) && notActions.every(isText) ? { actions, notActions } : undefined;
}
