import type { Grant, PermissionsObservation } from "../../domain/cloud-service/observation";
import { listMember, textMember } from "./replies";

/** The caller's permissions at a resource, from the raw reply. Of a list that is odd, or has more pages, the rest is unknown. */
export function parsePermissions(body: unknown, resourceId: string, now: number): PermissionsObservation {
  const items = listMember(body, "value");
  const grants = (items ?? []).flatMap((item) => parseGrant(item) ?? []);
  const isWhole = grants.length === items?.length && textMember(body, "nextLink") === undefined;
  return { resourceId, observedAt: now, grants, isWhole };
}

/** Without sound lists it is unknown what is granted: a list that is absent leaves nothing out, one that is none may. */
function parseGrant(item: unknown): Grant | undefined {
  const actions = listMember(item, "actions");
  const notActions = listMember(item, "notActions") ?? [];
  const isText = (each: unknown): each is string => typeof each === "string";
  return actions?.every(isText) && notActions.every(isText) ? { actions, notActions } : undefined;
}
