import type { Exchange } from "./fixtures";
import { refused } from "./exceptions";
import type { GoldenApp, Reply } from "./golden-app";
import { asSet, normalise } from "./normalise";

type Row = Readonly<Record<string, unknown>>;
const TOKEN = "x-ms-continuation-token";

/** Depends on the rest of the recorded hub: the purged count of a filter and the known functions. */
export function forgetOthers<T extends { readonly body: unknown }>(reply: T, counted = true): T {
  const text = JSON.stringify(reply.body) as string | undefined;
  if (text === undefined) return reply;
  const known = text.replace(/(known \w+ functions: )[^."]*/g, "$1…");
  const left = counted ? known : known.replace(/("instancesDeleted":)[1-9]\d*/, '$1"<some>"');
  return { ...reply, body: JSON.parse(left) as unknown };
}

/**
 * Compares a list. The recorded hub had instances that are not played here, and host-made ids sort differently.
 * The rows of a truncated or paged recording must be among all rows here, on the right page.
 */
export async function expectList(app: GoldenApp, reply: Reply, recorded: Exchange): Promise<void> {
  const without = ({ [TOKEN]: _token, ...others }: Reply["headers"]) => others;
  expect([reply.status, without(reply.headers)]).toEqual([recorded.status, without(recorded.headers)]);
  const rows = reply.body as Row[];
  const theirs = forgetOthers(recorded).body as Row[];
  const whole = theirs.filter((row) => !("$more" in row) && isPlayed(app, idOf(row)));
  const { top, all } =
    recorded.method === "GET" ? await allRows(app, recorded) : { top: undefined, all: rows };
  if (top === undefined && whole.length === theirs.length) {
    expect(forgetOthers(reply).body).toEqual(theirs.length === 0 ? [] : expect.anything());
    expect(asSet(forgetOthers(reply).body as Row[])).toEqual(asSet(whole));
    return;
  }
  const mine = asSet(forgetOthers({ body: all }).body).map((row) => JSON.stringify(row));
  expect(whole.map((row) => normalise(row)).filter((row) => !mine.includes(JSON.stringify(row)))).toEqual([]);
  const ids = all.map((row) => idOf(row));
  const own = ids.map((id) => app.ids.get(id) ?? id);
  expect(own).toEqual([...own].sort());
  if (top === undefined) return;
  const begin = ids.indexOf(idOf(rows[0] ?? {}));
  expect(rows.map(idOf)).toEqual(ids.slice(begin, begin + top));
  expect(rows.length).toBe(theirs.length === 0 ? 0 : top);
  const token = reply.headers[TOKEN];
  expect(typeof token === "string").toBe(typeof recorded.headers[TOKEN] === "string");
  if (typeof token === "string") expect(decoded(app, token)).toBe(own[begin + top]);
}

/** Some instances of the recorded hub belong to no recording or to a refused one. */
function isPlayed(app: GoldenApp, id: string): boolean {
  if (Object.keys(refused).some((file) => id.startsWith(`g-${file.replace("scenarios/", "")}-`)))
    return false;
  return !/^[0-9a-f]{32}$/.test(id) || app.ids.has(id);
}

/** The same list without pages. */
async function allRows(app: GoldenApp, { path }: Exchange): Promise<{ top: number | undefined; all: Row[] }> {
  const top = /[?&]top=(\d+)/.exec(path)?.[1];
  const { body } = await app.send({ method: "GET", path: path.replace(/top=\d+&/, "") });
  return { top: top === undefined ? undefined : Number(top), all: body as Row[] };
}

/** The id of a row in the task hub, as the reply shows it. */
function idOf(row: Row): string {
  const entity = row["entityId"] as { name: string; key: string } | undefined;
  return entity ? `@${entity.name}@${entity.key}` : String(row["instanceId"]);
}

/** Replies contain the recorded name of a token; the token contains an id. */
function decoded(app: GoldenApp, token: string): string {
  return Buffer.from(app.ids.get(token) ?? token, "base64").toString("utf8");
}
