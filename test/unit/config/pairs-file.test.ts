import fc from "fast-check";
import { parsePairsFile } from "../../../src/config/pairs-file";

/** Each mistake of a pairs file is reported once, in one pass, and nothing else is. */
type Node = Record<string, unknown>;
interface File {
  defaults: Node;
  pairs: Record<string, Node>;
}
const id = (name: string) =>
  `/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg/providers/Microsoft.Compute/cloudServices/${name}`;
const person = (n: number) => `00000000-0000-4000-8000-00000000000${n}`;
const probe = (name: string, more: object = {}) => ({ name, url: `https://${name}.example/`, ...more });
const aSchedule = (name: string, cron: string, more: object = {}) => ({
  ...{ name, cron, promote: "green", reason: "weekly", ...more },
});

function aPair(name: string): Node {
  return {
    ...{ blue: id(`${name}-blue`), green: id(`${name}-green`) },
    ...{ readiness: {}, swap: {}, verification: {}, soak: {}, queue: {}, approval: {} },
    window: {
      allow: [{ cron: "0 8 * * *", duration: "2h" }],
      deny: [{ cron: "0 9 * * *", duration: "1h" }],
      freezes: [
        { from: "2026-12-20T00:00:00Z", to: "2027-01-06T00:00:00Z", reason: "holidays" },
        { calendar: "freeze.ics" },
      ],
    },
    probes: [probe("home"), probe("login"), probe("cart")],
    schedules: ["a", "b", "c", "d"].map((each, i) => aSchedule(each, `0 ${i} * * *`)),
  };
}
const aFile = (): File => ({
  defaults: { approval: { quorum: 1 }, verification: {}, window: {} },
  pairs: { shop: aPair("shop"), desk: aPair("desk"), till: aPair("till") },
});

type Plant = (root: unknown) => void;

/** Sets fields of what stands at a path. */
function put(path: readonly (string | number)[], fields: object): Plant {
  return (root) => {
    const at = path.reduce<unknown>((value, key) => (value as Record<string | number, unknown>)[key], root);
    Object.assign(at as object, fields);
  };
}

/** A mistake and its place; two of one `area` could collide and are not planted together. */
interface Planted {
  readonly area: string;
  readonly at: string;
  readonly plant: Plant;
}

const inPair: readonly Planted[] = [
  { area: "blue", at: ".blue", plant: put([], { blue: "shop-blue" }) },
  { area: "tag", at: ".versionTag", plant: put([], { versionTag: "a b" }) },
  { area: "zone", at: ".timeZone", plant: put([], { timeZone: "CET+1" }) },
  { area: "retain", at: ".retain", plant: put([], { retain: "29d" }) },
  { area: "rollback", at: ".rollback", plant: put([], { rollback: "perhaps" }) },
  { area: "strange", at: ".colour", plant: put([], { colour: 1 }) },
  { area: "queue", at: ".queue.maxQueued", plant: put(["queue"], { maxQueued: 31 }) },
  { area: "queue", at: ".queue", plant: put([], { queue: 20 }) },
  { area: "queue", at: ".queue.deadline", plant: put(["queue"], { deadline: "31d" }) },
  ...readinessMistakes(),
  {
    ...{ area: "swap", at: ".swap" },
    plant: put(["swap"], { poll: "60s", operationDeadline: "30s" }),
  },
  { area: "swap", at: ".swap.poll", plant: put(["swap"], { poll: "1d" }) },
  {
    ...{ area: "verification", at: ".verification" },
    plant: put(["verification"], { poll: "20s", deadline: "10s" }),
  },
  {
    ...{ area: "verification", at: ".verification.deadline" },
    plant: put(["verification"], { deadline: "ten", poll: "60s" }),
  },
  { area: "soak", at: ".soak", plant: put(["soak"], { for: "10s", every: "20s" }) },
  { area: "soak", at: ".soak.for", plant: put(["soak"], { for: 0, every: "5m" }) },
  ...approvalMistakes(),
  ...windowMistakes(),
  ...probeMistakes(),
  ...scheduleMistakes(),
];

function readinessMistakes(): Planted[] {
  const group = (at: string, fields: object): Planted => ({
    ...{ area: "readiness", at: `.readiness${at}` },
    plant: put(["readiness"], fields),
  });
  return [
    group("", { stableFor: "2h", deadline: "1h" }),
    group("", { deadline: "1m" }),
    group("", { poll: "30s", stableFor: "20s" }),
    group(".stableFor", { stableFor: "soon", deadline: "1m" }),
    group(".stableFor", { stableFor: "2d", deadline: "1h" }),
    group(".deadline", { stableFor: "1h", deadline: "1 h" }),
    group(".poll", { poll: null, stableFor: "10s" }),
    group(".stablefor", { stablefor: "10s", deadline: "1m" }),
  ];
}

function approvalMistakes(): Planted[] {
  const group = (at: string, fields: object): Planted => ({
    ...{ area: "approval", at: `.approval${at}` },
    plant: put(["approval"], fields),
  });
  return [
    group("", { quorum: 3, people: [person(1), person(2)] }),
    group("", { quorum: 1, people: [person(1)], neverApprove: [person(1)] }),
    group(".quorum", { quorum: 6, people: [person(1)] }),
    group(".people[1]", { quorum: 2, people: [person(1), "Aron"] }),
    group(".people", { quorum: 2, people: [] }),
    group(".roles[0]", { quorum: 2, people: [person(1)], roles: ["a role"] }),
    group(".deadline", { deadline: "31d" }),
  ];
}

function windowMistakes(): Planted[] {
  const group = (area: string, at: string, path: (string | number)[], fields: object): Planted => ({
    ...{ area, at: `.window${at}` },
    plant: put(["window", ...path], fields),
  });
  return [
    group("windows", ".allow[0].cron", ["allow", 0], { cron: "* 8 * * *" }),
    group("windows", ".allow[0].zone", ["allow", 0], { zone: "Mars/Olympus" }),
    group("deny", ".deny[0].duration", ["deny", 0], { duration: "32d" }),
    group("freezes", ".freezes[0].to", ["freezes", 0], { to: "2026-12-20T00:00:00Z" }),
    group("freezes", ".freezes[0].from", ["freezes", 0], { from: "2026-02-30T00:00:00Z" }),
    group("calendar", ".freezes[1].calendar", ["freezes", 1], { calendar: "ftp://freeze.example/" }),
    group("calendar", ".freezes[1].colour", ["freezes", 1], { colour: 1 }),
    group("window", ".deadline", [], { deadline: "1" }),
  ];
}

function probeMistakes(): Planted[] {
  const group = (area: string, i: number, at: string, fields: object): Planted => ({
    ...{ area, at: `.probes[${i}]${at}` },
    plant: put(["probes", i], fields),
  });
  return [
    group("probe 0", 0, ".timeout", { timeout: "31s" }),
    group("probe 0", 0, ".url", { url: "http://169.254.169.254/" }),
    group("probe 0", 0, ".expect.status", { expect: { status: 600 } }),
    group("probe 1", 1, ".name", { name: "home" }),
    group("probe 1", 1, ".url", { url: "ftp://x.example/" }),
    group("probe 2", 2, ".incomingUrl", { incomingUrl: "http://168.63.129.16/" }),
    group("probe 2", 2, ".expect.json.equals", { expect: { json: { path: "$.a", equals: {} } } }),
  ];
}

function scheduleMistakes(): Planted[] {
  const group = (i: number, at: string, fields: object): Planted => ({
    ...{ area: `schedule ${i}`, at: `.schedules[${i}]${at}` },
    plant: put(["schedules", i], fields),
  });
  return [
    group(0, ".expiresAfter", { expiresAfter: "0s" }),
    group(0, ".reason", { reason: " " }),
    group(1, ".name", { name: "a" }),
    group(1, ".cron", { cron: "0 0 * * *" }),
    group(2, ".promote", { promote: "staging" }),
    group(2, ".promote", { promote: "red" }),
    group(3, ".cron", { cron: "61 0 * * *" }),
    group(3, ".expect.version", { promote: "staging", expect: { version: "" } }),
  ];
}

/** Mistakes of the defaults are reported there, not once for each pair. */
const inDefaults: readonly Planted[] = [
  {
    ...{ area: "verification", at: "$.defaults.verification" },
    plant: put(["defaults", "verification"], { poll: "20s", deadline: "10s" }),
  },
  {
    ...{ area: "approval", at: "$.defaults.approval" },
    plant: put(["defaults", "approval"], { quorum: 2, people: [person(1)] }),
  },
  {
    ...{ area: "approval", at: "$.defaults.approval.quorum" },
    plant: put(["defaults", "approval"], { quorum: 0, people: [person(1)] }),
  },
  {
    ...{ area: "default zone", at: "$.defaults.timeZone" },
    plant: put(["defaults"], { timeZone: "EST5" }),
  },
  {
    ...{ area: "unpinned", at: "$.defaults.allowUnpinned" },
    plant: put(["defaults"], { allowUnpinned: "yes" }),
  },
];

const names = ["shop", "desk", "till"] as const;
const everywhere = names.flatMap((name) =>
  inPair.map(({ area, at, plant }): Planted => ({
    area: `${name} ${area}`,
    at: `$.pairs.${name}${at}`,
    plant: (file) => {
      plant((file as File).pairs[name]);
    },
  })),
);

/** Mistakes of different areas, none of which hides another: what a broken default means for a pair is not known. */
function independent<T extends { area: string; at: string }>(drawn: readonly T[]): T[] {
  const kept: T[] = [];
  for (const each of drawn) {
    const meets = kept.some(
      (other) => other.area === each.area || touches(other, each) || touches(each, other),
    );
    if (!meets) kept.push(each);
  }
  return kept;
}

function touches(a: { area: string; at: string }, b: { area: string; at: string }): boolean {
  if (!a.at.startsWith("$.defaults")) return false;
  if (a.area === "unpinned") return b.at.endsWith(".promote");
  return b.area.endsWith(` ${a.area}`);
}

test("a correct file has no issues", () => {
  expect(parsePairsFile(aFile()).issues).toEqual([]);
});

test.each(everywhere.slice(0, inPair.length))("$at: one mistake is one issue", ({ at, plant }) => {
  const file = aFile();
  plant(file);
  expect(parsePairsFile(file).issues.map(({ path }) => path)).toEqual([at]);
});

test.each(inDefaults)(
  "$at: a mistake of the defaults is reported once, not for every pair",
  ({ at, plant }) => {
    const file = aFile();
    plant(file);
    expect(parsePairsFile(file).issues.map(({ path }) => path)).toEqual([at]);
  },
);

test("every mistake is reported once, in one pass, however many there are", () => {
  fc.assert(
    fc.property(
      fc.shuffledSubarray([...everywhere, ...inDefaults], { minLength: 1, maxLength: 40 }),
      (drawn) => {
        const planted = independent(drawn);
        const file = aFile();
        for (const { plant } of planted) plant(file);
        const described = parsePairsFile(file).issues.map(({ path }) => path);
        expect(described.sort()).toEqual(planted.map(({ at }) => at).sort());
      },
    ),
    { numRuns: 100 },
  );
});

test("a repeated service, a wrong name and a wrong pair are reported with the rest", () => {
  const file: File = aFile();
  put(["pairs", "desk"], {
    green: id("SHOP-blue").toUpperCase().replace("/SUBSCRIPTIONS", "/subscriptions"),
  })(file);
  put(["pairs", "shop", "readiness"], { stableFor: "soon", deadline: "1m" })(file);
  Object.assign(file.pairs, { TILL: aPair("other"), nothing: 5 });
  const described = parsePairsFile(file).issues.map(({ path }) => path);
  expect(described).toEqual([
    "$.pairs.TILL",
    "$.pairs.shop.readiness.stableFor",
    "$.pairs.nothing",
    "$.pairs.desk.green",
  ]);
});

test("a malformed id in two places is malformed twice, not repeated", () => {
  const file = aFile();
  put(["pairs", "desk"], { blue: "x", green: "x" })(file);
  expect(parsePairsFile(file).issues.map(({ path }) => path)).toEqual([
    "$.pairs.desk.blue",
    "$.pairs.desk.green",
  ]);
});

test("a rule between durations names both of them, wherever they are set", () => {
  const file = aFile();
  put(["pairs", "shop", "readiness"], { deadline: "90s" })(file);
  expect(parsePairsFile(file).issues).toEqual([
    {
      path: "$.pairs.shop.readiness",
      value: "stableFor 2m ≥ deadline 90s",
      expectation: "a deadline after stableFor",
    },
  ]);
});
