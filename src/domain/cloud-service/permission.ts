import type { PermissionsObservation, Read } from "./observation";

/** `unknown`: the permissions could not be read, or not completely. */
export type Permitted = "granted" | "missing" | "unknown";

/**
 * Checks one action, ignoring case. `notActions` only limit the grant that contains them
 * (https://learn.microsoft.com/azure/role-based-access-control/role-definitions).
 */
export function permitted(read: Read<PermissionsObservation>, action: string): Permitted {
  if (read.kind !== "found") return "unknown";
  const matches = (pattern: string) => isMatch(pattern.toLowerCase(), action.toLowerCase());
  const { grants, isWhole } = read.value;
  if (grants.some(({ actions, notActions }) => actions.some(matches) && !notActions.some(matches)))
    return "granted";
  return isWhole ? "missing" : "unknown";
}

/** Matches in one pass: the pattern is external, and a regular expression could take exponential time. */
function isMatch(pattern: string, text: string): boolean {
  const [head = "", ...rest] = pattern.split("*");
  const tail = rest.pop();
  if (tail === undefined) return pattern === text;
  if (!text.startsWith(head)) return false;
  let from = head.length;
  for (const part of rest) {
    const at = text.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return text.length - from >= tail.length && text.endsWith(tail);
}
