/** JSON after a byte order mark, which files saved on Windows begin with: hosts and workers leave it as text. */
export function afterByteOrderMark(body: unknown): unknown {
  if (typeof body !== "string" || !body.startsWith("\ufeff")) return body;
  const value = parsed(body.slice(1));
  return value === undefined ? body : value;
}

/** The list or object in a text that is JSON, or JSON again and again; undefined when there is none. */
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
