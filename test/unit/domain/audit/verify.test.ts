import fc from "fast-check";
import { digest } from "../../../../src/adapters/digest";
import {
  entryHash,
  type ExportedEntry,
  type ExportEnd,
  type ExportLine,
} from "../../../../src/domain/audit/chain";
import { nothingCompared, verifyAudit } from "../../../../src/domain/audit/verify";
import { type Happening, type MadeExport, makeExport } from "../../../support/audit-export";
import { SHOP } from "../../../support/observations";
import { runs } from "../../../support/runs";

const verify = (lines: readonly unknown[], events: readonly unknown[] = []) =>
  verifyAudit(
    "shop",
    lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))),
    events,
    digest,
  );
const described = (lines: readonly unknown[], events: readonly unknown[] = []) =>
  verify(lines, events).findings.map(({ line, chain, n, what }) => ({ line, chain, n, what }));

/** The list with `count` items from `i` on replaced. */
const splice = <T>(list: readonly T[], i: number, count: number, ...items: readonly T[]): T[] => [
  ...list.slice(0, i),
  ...items,
  ...list.slice(i + count),
];

const happening = fc.constantFrom<Happening>(
  "promoted",
  "promoted",
  "cancelled",
  "held",
  "released",
  "under-way",
);
const happenings = fc.array(happening, { minLength: 1, maxLength: 14 });
const typical: readonly Happening[] = ["promoted", "held", "released", "cancelled", "promoted", "under-way"];
let sample: MadeExport;
beforeAll(async () => {
  sample = await makeExport(typical);
});

test("the export of any history verifies, with or without pages and events", async () => {
  await fc.assert(
    fc.asyncProperty(happenings, fc.constantFrom(1, 3, 100), async (history, top) => {
      const { lines, events } = await makeExport(history, top);
      expect(described(lines)).toEqual([]);
      expect(described(lines, events)).toEqual([]);
      expect(verify(lines, events).events).toBe(events.length);
    }),
    { numRuns: runs(40) },
  );
});

test("the export of a pair without decisions is its end, and verifies", async () => {
  const { lines } = await makeExport([]);
  expect(lines).toEqual([{ end: { pair: "shop", key: SHOP, entries: 0, head: "", underWay: [] } }]);
  expect(described(lines)).toEqual([]);
});

/** Every way to change one field of a JSON value, at any depth. */
function edits(value: unknown): unknown[] {
  if (Array.isArray(value))
    return value.flatMap((each, i) => edits(each).map((changed) => splice<unknown>(value, i, 1, changed)));
  if (typeof value === "object" && value !== null)
    return Object.entries(value).flatMap(([name, each]) => [
      // The end's name of the pair is a label: its key says which pair it is.
      ...("underWay" in value && name === "pair" ? [] : edits(each)).map((changed) => ({
        ...value,
        [name]: changed,
      })),
      Object.fromEntries(Object.entries(value).filter(([other]) => other !== name)),
    ]);
  return typeof value === "number" ? [value + 1] : [`${String(value)}x`, ""].filter((text) => text !== value);
}

test("every changed and every missing field is found", () => {
  let tried = 0;
  sample.lines.forEach((line, i) => {
    for (const edited of edits(line)) {
      const isFound = described(splice<unknown>(sample.lines, i, 1, edited)).length > 0;
      tried++;
      expect([i, edited, isFound]).toEqual([i, edited, true]);
    }
  });
  expect(tried).toBeGreaterThan(150);
});

test("an edited entry is reported with its line, chain and number", () => {
  const i = sample.lines.findIndex((line) => "hash" in line && line.what === "held");
  const entry = sample.lines[i] as ExportedEntry;
  expect(described(splice<unknown>(sample.lines, i, 1, { ...entry, who: "Mallory" }))).toEqual([
    { line: i + 1, chain: "pair-shop", n: entry.n, what: expect.stringContaining("hash does not fit") },
  ]);
});

test.each([1, 2, 3])("every deletion of %d lines is found", (count) => {
  for (let i = 0; i + count <= sample.lines.length; i++)
    expect([i, described(splice<unknown>(sample.lines, i, count)).length > 0]).toEqual([i, true]);
});

test("every swap of two lines and every repeated line is found", () => {
  for (let i = 0; i + 1 < sample.lines.length; i++) {
    const [a, b] = [sample.lines[i]!, sample.lines[i + 1]!];
    expect([i, described(splice<unknown>(sample.lines, i, 2, b, a)).length > 0]).toEqual([i, true]);
    expect([i, described(splice<unknown>(sample.lines, i, 0, a)).length > 0]).toEqual([i, true]);
  }
});

test("every truncation is found", () => {
  for (let kept = 0; kept < sample.lines.length; kept++)
    expect([kept, described(sample.lines.slice(0, kept)).length > 0]).toEqual([kept, true]);
});

test("a history that was changed in any of these ways does not verify", async () => {
  await fc.assert(
    fc.asyncProperty(happenings, fc.nat(), fc.nat(), async (history, where, how) => {
      const { lines } = await makeExport(["held", ...history]);
      const i = where % lines.length;
      const ways: (readonly unknown[])[] = [
        ...edits(lines[i]).map((edited) => splice<unknown>(lines, i, 1, edited)),
        splice<unknown>(lines, i, 1),
        lines.slice(0, i),
        ...(i > 0 ? [splice<unknown>(lines, i - 1, 2, lines[i]!, lines[i - 1]!)] : []),
      ];
      expect(described(ways[how % ways.length]!)).not.toEqual([]);
    }),
    { numRuns: runs(80) },
  );
});

/** Somebody who can rewrite the whole export, hashes included: keeps some entries, and mends every chain. */
function mended(lines: readonly ExportLine[], keep: (entry: ExportedEntry) => ExportedEntry | undefined) {
  const heads = new Map<string, { entries: number; head: string }>();
  const kept = lines.flatMap((line) => ("hash" in line ? (keep(line) ?? []) : []));
  const seal = (entry: ExportedEntry): ExportedEntry => {
    const { chain, hash: _hash, ...rest } = entry;
    const before = heads.get(chain) ?? { entries: 0, head: "" };
    const ends = rest.requestId === undefined ? undefined : heads.get(`promotion-${rest.requestId}`);
    const unsealed = { ...rest, n: before.entries + 1, ...(rest.ends && ends ? { ends } : {}) };
    const hash = entryHash(chain, before.head, unsealed, digest);
    heads.set(chain, { entries: unsealed.n, head: hash });
    return { chain, ...unsealed, hash };
  };
  const sealed = new Map<ExportedEntry, ExportedEntry>();
  for (const entry of kept) if (entry.chain !== "pair-shop") sealed.set(entry, seal(entry));
  for (const entry of kept) if (entry.chain === "pair-shop") sealed.set(entry, seal(entry));
  const { end } = lines.at(-1) as { end: ExportEnd };
  return [
    ...kept.map((entry) => sealed.get(entry)!),
    {
      end: {
        ...end,
        ...(heads.get("pair-shop") ?? { entries: 0, head: "" }),
        underWay: end.underWay.map((each) => ({ ...each, ...heads.get(`promotion-${each.requestId}`) })),
      },
    },
  ];
}

test("a shortened export with a new end is found by the events", () => {
  const cut = mended(sample.lines, (entry) =>
    entry.requestId === "r-4" || entry.chain === "promotion-r-4" ? undefined : entry,
  );
  expect(described(cut)).toEqual([]);
  expect(described(cut, sample.events)).toMatchObject([
    { chain: "promotion-r-4", what: expect.stringContaining("by its completion event it should end with") },
  ]);
});

test("a rewritten export with new hashes is found by the events", () => {
  const forged = mended(sample.lines, (entry) =>
    entry.what === "held" ? { ...entry, who: "Mallory" } : entry,
  );
  expect(described(forged)).toEqual([]);
  expect(described(forged, sample.events)).toContainEqual(
    expect.objectContaining({
      chain: "pair-shop",
      what: expect.stringContaining("an event says that entry"),
    }),
  );
  const other = mended(sample.lines, (entry) =>
    entry.chain === "promotion-r-0" && entry.what === "concluded"
      ? { ...entry, detail: "all was well" }
      : entry,
  );
  expect(described(other)).toEqual([]);
  expect(described(other, sample.events)).toContainEqual(expect.objectContaining({ chain: "promotion-r-0" }));
});

test("events of other pairs, and events without heads, prove nothing", () => {
  const strangers = [
    ...[
      null,
      7,
      "x",
      {},
      { data: [] },
      { data: { pair: "till", pairKey: "till", audit: { entries: 9, head: "x" } } },
    ],
    { data: { pair: "shop", pairKey: "shop", requestId: "r-9", outcome: "promoted" } },
    {
      data: {
        pair: "shop",
        pairKey: "shop",
        requestId: "r-9",
        outcome: "refused",
        audit: { entries: 2, head: "x", pair: null },
      },
    },
  ];
  expect(described(sample.lines, strangers)).toEqual([]);
});

/** The text of a JSON object with one of its members written twice, the other value first. */
function doubled(line: object): readonly string[] {
  const text = JSON.stringify(line);
  return Object.keys(line).map(
    (name) => `{"${name}":"what a reader that takes the first sees",${text.slice(1)}`,
  );
}

test("a repeated member is found in every line", () => {
  sample.lines.forEach((line, i) => {
    for (const forged of doubled(line))
      expect(described(splice<unknown>(sample.lines, i, 1, forged))).toContainEqual(
        expect.objectContaining({ line: i + 1, what: expect.stringContaining("a member occurs twice") }),
      );
  });
});

test("a reformatted line is reported", () => {
  const spaced = JSON.stringify(sample.lines[0], null, 1).replaceAll("\n", "");
  expect(described(splice<unknown>(sample.lines, 0, 1, spaced))).toMatchObject([{ line: 1 }]);
});

test("the export of another pair is reported", () => {
  const lines = sample.lines.map((line) => JSON.stringify(line));
  expect(verifyAudit("till", lines, [], digest).findings).toEqual([
    { what: "it is the export of the pair with the key shop (shop), not of till" },
  ]);
});

test("an export without entries, or events without a head, prove nothing", () => {
  const verdict = verify(sample.lines, [
    { data: { pair: "till", pairKey: "till" } },
    { data: { pair: "shop", pairKey: "shop", step: "soaking" } },
  ]);
  expect([verdict.findings, verdict.events]).toEqual([[], 0]);
  expect(nothingCompared(verdict, true)).toMatchObject({
    what: expect.stringContaining("no event names a head"),
  });
  expect(nothingCompared(verdict, false)).toBeUndefined();
  expect(nothingCompared(verify(sample.lines, sample.events), true)).toBeUndefined();
  const empty = verify([{ end: { pair: "shop", key: SHOP, entries: 0, head: "", underWay: [] } }]);
  expect(nothingCompared(empty, false)).toMatchObject({ what: expect.stringContaining("no entries") });
});

test("a page alone is not an export: the finding names the next page", async () => {
  const { lines } = await makeExport(typical, 2);
  const first = lines.findIndex((line) => "next" in line);
  expect(described(lines.slice(0, first + 1))).toContainEqual(
    expect.objectContaining({
      line: first + 1,
      what: expect.stringContaining("/api/pairs/shop/audit?after=2"),
    }),
  );
});

test("any file ends with findings, and verifying never throws", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string(), fc.json()), { minLength: 1 }), (lines) => {
      expect(verify(lines, lines).findings.length).toBeGreaterThan(0);
    }),
    { numRuns: runs(200) },
  );
});
