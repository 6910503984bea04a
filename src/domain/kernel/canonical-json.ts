type Piece = { readonly text: string } | { readonly value: unknown };

/**
 * One text per JSON value: members sorted, no spaces, undefined members dropped (after RFC 8785).
 * Does not recurse, so that deep nesting cannot overflow the stack.
 */
export function canonicalJson(value: unknown): string {
  const written: string[] = [];
  const pending: Piece[] = [{ value }];
  for (let piece = pending.pop(); piece !== undefined; piece = pending.pop()) {
    if ("text" in piece) {
      written.push(piece.text);
      continue;
    }
    // One by one: spreading a long list into push() would also overflow the stack.
    for (const next of piecesOf(piece.value).reverse()) pending.push(next);
  }
  return written.join("");
}

function piecesOf(value: unknown): Piece[] {
  if (Array.isArray(value)) {
    const items = [...(value as unknown[])].map((each) => [{ value: each }]);
    return enclosed("[", items, "]");
  }
  if (typeof value === "object" && value !== null) return enclosed("{", membersOf(value), "}");
  return [{ text: JSON.stringify(value ?? null) }];
}

function membersOf(holder: object): Piece[][] {
  return Object.entries<unknown>(holder as Record<string, unknown>)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => [{ text: `${JSON.stringify(name)}:` }, { value }]);
}

function enclosed(open: string, items: readonly (readonly Piece[])[], close: string): Piece[] {
  const separated = items.flatMap((item, i) => (i === 0 ? item : [{ text: "," }, ...item]));
  return [{ text: open }, ...separated, { text: close }];
}
