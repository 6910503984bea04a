import { digest } from "../../../../src/adapters/digest";
import { type AuditFinding, verifyAudit } from "../../../../src/domain/audit/verify";
import { type MadeExport, makeExport } from "../../../support/audit-export";
import { SHOP } from "../../../support/observations";

/** What is wrong with an export, word for word: who reads a finding has nothing else. */
let sample: MadeExport;
/** Where every chain stands in the sample. */
const lineOf = { firstOfPair: 1, held: 5, released: 6, cancelled: 7, lastOfPair: 11, lastOfR4: 14, end: 17 };
beforeAll(async () => {
  sample = await makeExport(["promoted", "held", "released", "cancelled", "promoted", "under-way"]);
});

type Entry = Record<string, unknown>;
const texts = () => sample.lines.map((line) => JSON.stringify(line));
const entryAt = (line: number) => sample.lines[line - 1] as unknown as Entry;
const short = (line: number) => String(entryAt(line)["hash"]).slice(0, 12);
/** The export with `count` lines from `line` on replaced. */
const splice = (line: number, count: number, ...lines: readonly string[]) => [
  ...texts().slice(0, line - 1),
  ...lines,
  ...texts().slice(line - 1 + count),
];
const edited = (line: number, over: Entry) => splice(line, 1, JSON.stringify({ ...entryAt(line), ...over }));
const without = (line: number, count = 1) => splice(line, count);
const verify = (lines: readonly string[], events: readonly unknown[] = []) =>
  verifyAudit("shop", lines, events, digest);
const findings = (lines: readonly string[], events: readonly unknown[] = []) =>
  verify(lines, events).findings;
const event = (data: Entry) => ({ data: { pair: "shop", pairKey: "shop", ...data } });
const pair = "pair-shop";

const unsound = "its hash does not fit: the entry or the hash before it was changed";
const misplaced = "not a line of an export, or in the wrong place";
const cutOff = { what: "the export has no end: it was cut off" };
const strange = "nothing else in the export refers to this chain";

test("the verdict has the pair, and counts entries, promotions and events", () => {
  const events = [...sample.events, { data: { pair: "till", pairKey: "till" } }, 7];
  expect(verify(texts(), events)).toEqual({
    ...{ findings: [], pair: "shop", entries: 16, promotions: 4, events: sample.events.length },
  });
  expect(verify(texts().slice(0, -1), sample.events)).toEqual({
    ...{ findings: [cutOff], pair: undefined, entries: 16, promotions: 5, events: 0 },
  });
});

test.each<[string, string]>([
  ["text that is no JSON", "{"],
  ["a number", "7"],
  ["a null", "null"],
  ["a list", "[]"],
  ["an entry without a number", JSON.stringify({ chain: "c", hash: "h", what: "w" })],
  ["an entry without a chain", JSON.stringify({ n: 1, hash: "h", what: "w" })],
  ["an entry without a hash", JSON.stringify({ n: 1, chain: "c", what: "w" })],
  ["an entry that says nothing", JSON.stringify({ n: 1, chain: "c", hash: "h" })],
  ["a next page that is no text", JSON.stringify({ next: 1 })],
  ["a next page and something else", JSON.stringify({ next: "x", more: 1 })],
  ["an end without a pair", JSON.stringify({ end: { entries: 0, head: "", underWay: [] } })],
  ["an end without a count", JSON.stringify({ end: { pair: "shop", key: SHOP, head: "", underWay: [] } })],
  ["an end without a hash", JSON.stringify({ end: { pair: "shop", key: SHOP, entries: 0, underWay: [] } })],
  [
    "an end without those under way",
    JSON.stringify({ end: { pair: "shop", key: SHOP, entries: 0, head: "" } }),
  ],
  [
    "an end with something else under way",
    JSON.stringify({ end: { pair: "shop", key: SHOP, entries: 0, head: "", underWay: [{}] } }),
  ],
  ["an end that is none", JSON.stringify({ end: null })],
])("%s is not a line of an export", (_what, text) => {
  expect(findings([text])).toEqual([{ line: 1, what: misplaced }, cutOff]);
});

test("an end in the middle is misplaced; a page that continues there is not", () => {
  const end = { end: { pair: "shop", key: SHOP, entries: 0, head: "", underWay: [] } };
  expect(findings([JSON.stringify(end), JSON.stringify(end)])).toEqual([{ line: 1, what: misplaced }]);
  expect(findings([JSON.stringify({ next: "x" }), JSON.stringify(end)])).toEqual([]);
  expect(findings([JSON.stringify({ next: "x" })])).toEqual([
    { line: 1, what: "the export continues at x: append that page" },
    cutOff,
  ]);
});

test("an edit is reported at its line, and the chain continues from the written hash", () => {
  expect(findings(edited(lineOf.held, { who: "Mallory" }))).toEqual([
    { line: lineOf.held, chain: pair, n: 2, what: unsound },
  ]);
  const forged = findings(edited(lineOf.held, { hash: "f".repeat(64) }));
  expect(forged).toEqual([
    { line: lineOf.held, chain: pair, n: 2, what: unsound },
    { line: lineOf.released, chain: pair, n: 3, what: unsound },
  ]);
});

test("a deletion is reported once, at the next entry", () => {
  const found = findings(without(lineOf.released));
  const gone = "entry 3 belongs here: one was deleted, inserted or moved";
  expect(found).toContainEqual({ line: lineOf.released, chain: pair, n: 4, what: gone });
  expect(found.filter(({ what }) => what.includes("belongs here"))).toHaveLength(1);
  expect(findings(without(lineOf.firstOfPair))).toContainEqual({
    ...{ line: 4, chain: pair, n: 2, what: "entry 1 belongs here: one was deleted, inserted or moved" },
  });
});

test("a chain with an unexpected end is reported with both ends", () => {
  const last = `entry 3 (${short(lineOf.lastOfR4)})`;
  expect(findings(without(lineOf.lastOfR4))).toContainEqual({
    ...{ line: 13, chain: "promotion-r-4", n: 2 },
    what: `it should end with ${last}, and ends with entry 2 (${short(13)})`,
  });
  expect(findings(without(12, 3))).toContainEqual({
    ...{ line: undefined, chain: "promotion-r-4", n: undefined },
    what: `it should end with ${last}, and ends with no entry`,
  });
  const end = { ...(entryAt(lineOf.end)["end"] as Entry), entries: 0, head: "" };
  expect(findings(edited(lineOf.end, { end }))).toEqual([
    {
      ...{ line: lineOf.lastOfPair, chain: pair, n: 6 },
      what: `it should end with no entry, and ends with entry 6 (${short(lineOf.lastOfPair)})`,
    },
  ]);
});

test("a chain that nothing else names is reported, and is misplaced", () => {
  const stranger = { ...entryAt(2), chain: "promotion-x" };
  const found = findings(splice(lineOf.end, 0, JSON.stringify(stranger)));
  expect(found).toContainEqual({ chain: "promotion-x", what: strange });
  expect(found).toContainEqual({ line: 17, chain: "promotion-x", n: 1, what: "it is in the wrong place" });
});

test.each<[string, Entry]>([
  ["is no conclusion", { what: "held" }],
  ["names no promotion", { requestId: undefined }],
  ["tells no end", { ends: undefined }],
  ["tells no whole end", { ends: { entries: 3 } }],
])("only a conclusion makes a promotion known: not where that %s", (_what, over) => {
  const found = findings(edited(lineOf.firstOfPair, over));
  expect(found.filter(({ what }) => what === strange)).toEqual([{ chain: "promotion-r-0", what: strange }]);
  expect(new Set(found.map(({ chain }) => chain))).toEqual(new Set([pair, "promotion-r-0"]));
});

test("of several misplaced lines the first is reported", () => {
  const swapped = splice(2, 2, texts()[2]!, texts()[1]!);
  const moved = findings([...texts().slice(4, 8), ...texts().slice(0, 4), ...texts().slice(8)]);
  expect(moved.filter(({ what }) => what === "it is in the wrong place")).toHaveLength(1);
  expect(findings(swapped).map(({ what }) => what)).not.toContain("it is in the wrong place");
  const ahead = findings([...texts().slice(1, 4), texts()[0]!, ...texts().slice(4)]);
  expect(ahead).toEqual([
    { line: 1, chain: "promotion-r-0", n: 1, what: "it is in the wrong place" },
  ] satisfies AuditFinding[]);
});

const r0 = { requestId: "r-0", outcome: "promoted" };
const nowhere = { entries: 0, head: "" };

test("a completion event with another end or outcome contradicts the export", () => {
  const head = { entries: 3, head: short(4) };
  const described = (over: Entry, audit: Entry = {}) =>
    findings(texts(), [event({ ...r0, audit: { ...head, pair: nowhere, ...audit }, ...over })]);
  const whole = String(entryAt(4)["hash"]);
  expect(described({}, { head: whole })).toEqual([]);
  expect(described({ outcome: "cancelled" }, { head: whole })).toEqual([
    { line: 4, chain: "promotion-r-0", n: 3, what: "its completion event says cancelled" },
  ]);
  expect(described({}, { entries: 4, head: whole })).toEqual([
    {
      ...{ line: 4, chain: "promotion-r-0", n: 3 },
      what: `by its completion event it should end with entry 4 (${short(4)}), and ends with entry 3 (${short(4)})`,
    },
  ]);
  expect(described({}, { head: "f".repeat(64) })).toMatchObject([{ line: 4, chain: "promotion-r-0", n: 3 }]);
  expect(described({ requestId: "r-9" }, { head: whole, pair: null })).toEqual([]);
  expect(described({ requestId: "r-9" }, { head: whole })).toEqual([
    {
      ...{ line: undefined, chain: "promotion-r-9", n: undefined },
      what: `by its completion event it should end with entry 3 (${short(4)}), and ends with no entry`,
    },
  ]);
});

test("the pair's chain must have the hash that an event names", () => {
  const audit = { entries: 3, head: String(entryAt(4)["hash"]) };
  const described = (position: Entry) =>
    findings(texts(), [event({ ...r0, audit: { ...audit, pair: position } })]);
  expect(described({ entries: 2, head: entryAt(lineOf.held)["hash"] })).toEqual([]);
  const says = (n: number) => `an event says that entry ${n} has the hash ${"f".repeat(12)}`;
  expect(described({ entries: 2, head: "f".repeat(64) })).toEqual([
    { line: lineOf.held, chain: pair, n: 2, what: says(2) },
  ]);
  expect(described({ entries: 9, head: "f".repeat(64) })).toEqual([
    { line: undefined, chain: pair, n: 9, what: `${says(9)}, and it is missing` },
  ]);
  const nothing = JSON.stringify({ end: { pair: "shop", key: SHOP, entries: 0, head: "", underWay: [] } });
  const news = event({ requestId: null, step: "hold-set", audit: { entries: 1, head: "f".repeat(64) } });
  expect(findings([nothing], [news])).toEqual([
    { line: undefined, chain: pair, n: 1, what: `${says(1)}, and it is missing` },
  ]);
});

test("an event of a hold names an entry of the pair's chain only", () => {
  const news = (audit: unknown, over: Entry = {}) =>
    findings(texts(), [event({ requestId: null, step: "hold-set", audit, ...over })]);
  expect(news({ entries: 2, head: entryAt(lineOf.held)["hash"] })).toEqual([]);
  const wrong = { entries: 2, head: "f".repeat(64) };
  const what = `an event says that entry 2 has the hash ${"f".repeat(12)}`;
  const lacking = [{ line: lineOf.held, chain: pair, n: 2, what }];
  expect(news(wrong)).toEqual(lacking);
  expect(news(wrong, { requestId: "r-0" })).toEqual(lacking);
  expect(news(wrong, { outcome: "promoted" })).toEqual(lacking);
  expect(news(undefined)).toEqual([]);
});
