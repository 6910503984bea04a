/** The target of a link: `$cbs`, the `$management` node of an entity, or the entity itself. */
export interface Place {
  readonly kind: "tokens" | "management" | "entity";
  /** The entity's path; empty for `$cbs`. */
  readonly path: string;
}

/**
 * Clients write an address as `queue`, as the path of a URL, `/queue` (.NET), or as the whole URL,
 * `amqps://host/queue`. Names ignore case.
 */
export function placeOf(address: string): Place {
  const path = address.replace(/^[a-z][a-z\d+.-]*:\/\/[^/]*/i, "").replace(/^\/+/, "");
  if (path.toLowerCase() === "$cbs") return { kind: "tokens", path: "" };
  const [, entity] = /^(.+)\/\$management$/i.exec(path) ?? [];
  return entity === undefined ? { kind: "entity", path } : { kind: "management", path: entity };
}

/** Whether two addresses mean the same target. */
export function isSamePlace(one: Place, other: Place): boolean {
  return one.kind === other.kind && one.path.toLowerCase() === other.path.toLowerCase();
}
