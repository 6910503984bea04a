/** JSON after a byte order mark, which Windows editors write; hosts and workers leave such a body as text. */
export function afterByteOrderMark(body: unknown): unknown {
  if (typeof body !== "string" || !body.startsWith("\ufeff")) return body;
  const value = parsed(body.slice(1));
  return value === undefined ? body : value;
}

/** The list or object in JSON text, also when it was serialized more than once; undefined otherwise. */
export function jsonWithin(value: unknown): object | undefined {
  let within = value;
  while (typeof within === "string") within = parsed(within);
  return typeof value === "string" && typeof within === "object" && within !== null ? within : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
