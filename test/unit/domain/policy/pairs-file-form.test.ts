import fc from "fast-check";
import { createPolicies } from "../../../../src/adapters/policies";
import { type PairsFile, parsePairsFile } from "../../../../src/config/pairs-file";

/** What the API shows of a pair's policy is an entry of the pairs file that means the same. */
const id = (name: string) =>
  `/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg/providers/Microsoft.Compute/cloudServices/${name}`;
const services = { blue: id("a"), green: id("b") };

const units = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;
/** In every way in which it can be written. */
const lasting = (min: number, max: number) =>
  fc
    .tuple(
      fc.constantFrom<keyof typeof units>("s", "m", "h", "d"),
      fc.double({ min: 0, max: 1, noNaN: true }),
    )
    .map(([unit, at]) => {
      const [least, most] = [Math.ceil(min / units[unit]), Math.floor(Math.min(max / units[unit], 999_999))];
      return least > most ? `${min}s` : `${Math.floor(least + at * (most - least))}${unit}`;
    });
const some = <T extends object>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record(model, { requiredKeys: [] });
const DAY = 86_400;
const zone = fc.constantFrom("Europe/Berlin", "UTC", "America/New_York", "Australia/Lord_Howe");
const cron = fc.constantFrom("0 8 * * *", " 30 2 * * TUE ", "0 22 1-7 * FRI", "15 4 L * *");
const window = fc.record(
  { cron, duration: lasting(60, 31 * DAY), zone },
  { requiredKeys: ["cron", "duration"] },
);
const time = fc.integer({ min: 0, max: 4e9 }).map((s) => s * 1_000);
const offset = fc.constantFrom("Z", "+01:00", "-03:30");
const written = (ms: number, at: string) => `${new Date(ms).toISOString().slice(0, 19)}${at}`;
const freeze = fc.oneof(
  fc
    .tuple(time, fc.integer({ min: 2 * DAY, max: 9e6 }), offset)
    .map(([from, s, at]) => ({ from: written(from, "Z"), to: written(from + s * 1_000, at), reason: "why" })),
  fc.constantFrom(
    { calendar: "freeze.ics" },
    { calendar: "https://calendar.example/f.ics" },
    { calendarSetting: "FREEZES" },
  ),
);
const expectation = some({
  status: fc.integer({ min: 100, max: 599 }),
  header: fc.constantFrom({ name: "x-a", equals: "b" }, { name: "x-a", matches: "^b" }, { name: "x-a" }),
  json: fc.constantFrom({ path: "$.a[0]", equals: null }, { path: "$.b", equals: 1.5 }),
  maxLatencyMs: fc.integer({ min: 1, max: 60_000 }),
});
const probe = fc.record(
  {
    name: fc.stringMatching(/^[a-z]{1,6}$/),
    url: fc.constantFrom("https://shop.example/", "http://SHOP.example/a?b=%20"),
    incomingUrl: fc.constant("https://staging.example/"),
    expect: expectation,
    timeout: lasting(1, 30),
  },
  { requiredKeys: ["name", "url"] },
);
const person = fc.integer({ min: 0, max: 9 }).map((n) => `00000000-0000-4000-8000-00000000000${n}`);
const settings = {
  versionTag: fc.constantFrom("version", "build.id"),
  allowUnpinned: fc.boolean(),
  timeZone: zone,
  queue: some({
    maxQueued: fc.integer({ min: 1, max: 30 }),
    whenBusy: fc.constantFrom("wait", "refuse"),
    horizon: lasting(3_600, 366 * DAY),
    deadline: lasting(1, 30 * DAY),
  }),
  approval: some({
    quorum: fc.integer({ min: 1, max: 5 }),
    roles: fc.constant(["Release.Managers"]),
    people: fc.uniqueArray(person, { minLength: 1, maxLength: 8 }),
    neverApprove: fc.uniqueArray(person, { minLength: 1, maxLength: 3 }),
    deadline: lasting(1, 30 * DAY),
    validFor: lasting(1, 7 * DAY),
  }),
  readiness: some({ poll: lasting(1, 60), stableFor: lasting(1, DAY), deadline: lasting(1, 7 * DAY) }),
  swap: some({
    claimWindow: lasting(1, 60),
    putTimeout: lasting(1, 120),
    operationDeadline: lasting(1, 7_200),
    poll: lasting(1, 60),
  }),
  verification: some({ poll: lasting(1, 60), deadline: lasting(1, 3_600) }),
  soak: some({
    for: lasting(0, DAY),
    every: lasting(1, 300),
    failures: fc.nat(100),
    consecutiveErrors: fc.nat(100),
  }),
  probes: fc.uniqueArray(probe, { maxLength: 5, selector: ({ name }) => name }),
  rollback: fc.constantFrom("automatic", "never"),
  retain: lasting(30 * DAY, 3_650 * DAY),
  window: some({
    allow: fc.array(window, { maxLength: 3 }),
    deny: fc.array(window, { maxLength: 3 }),
    freezes: fc.array(freeze, { maxLength: 4 }),
    deadline: lasting(60, 30 * DAY),
  }),
};
const schedule = fc.record(
  {
    ...{ name: fc.stringMatching(/^[a-z]{1,6}$/), cron, zone },
    ...{ promote: fc.constantFrom("blue", "green", "staging"), expect: fc.constant({ version: "1.2" }) },
    ...{ reason: fc.constant("weekly"), expiresAfter: lasting(60, DAY) },
  },
  { requiredKeys: ["name", "cron", "promote", "reason"] },
);
const anyFile = fc.record({
  defaults: some(settings),
  pair: some({ ...settings, schedules: fc.array(schedule, { maxLength: 3 }) }),
});

function shown(file: PairsFile) {
  const policies = createPolicies(file.policies, file);
  return policies.written(file.policies[0]!);
}

test("a pair that is shown and pasted into the file has the same policy", () => {
  let [whole, all] = [0, 0];
  fc.assert(
    fc.property(anyFile, ({ defaults, pair }) => {
      const first = parsePairsFile({ defaults, pairs: { shop: { ...services, ...pair } } });
      all++;
      // Rules between fields that were drawn apart are what makes a file wrong here.
      if (first.issues.length > 0) return;
      whole++;
      const entry = shown(first);
      const pasted = JSON.parse(JSON.stringify(entry)) as object;
      for (const around of [{ defaults }, {}]) {
        const again = parsePairsFile({ ...around, pairs: { shop: pasted } });
        expect(again).toEqual(first);
        expect(shown(again)).toEqual(entry);
      }
    }),
    { numRuns: 300 },
  );
  expect(whole).toBeGreaterThan(all / 20);
});

test("a file with only the services shows every default of the product", () => {
  const entry = shown(parsePairsFile({ pairs: { shop: services } }));
  expect(entry).toEqual({
    ...services,
    ...{ versionTag: "version", allowUnpinned: false, timeZone: "UTC" },
    queue: { maxQueued: 20, whenBusy: "wait", horizon: "90d", deadline: "2h" },
    readiness: { poll: "30s", stableFor: "2m", deadline: "30m" },
    swap: { claimWindow: "1m", putTimeout: "1m", operationDeadline: "15m", poll: "10s" },
    verification: { poll: "10s", deadline: "5m" },
    soak: { for: "5m", every: "10s", failures: 0, consecutiveErrors: 4 },
    ...{ probes: [], rollback: "automatic", retain: "400d", schedules: [] },
  });
});

test("probes at the limit of the file stay within it when they are shown", () => {
  const probes = (length: number) => [
    { name: "a", url: `https://shop.example/${"x".repeat(length)}` },
    { name: "b", url: `https://shop.example/${"y".repeat(170)}` },
    { name: "c", url: `https://shop.example/${"y".repeat(170)}` },
    { name: "d", url: `https://shop.example/${"y".repeat(170)}` },
    { name: "e", url: `https://shop.example/${"y".repeat(170)}` },
  ];
  const parse = (length: number) =>
    parsePairsFile({ pairs: { shop: { ...services, probes: probes(length) } } });
  const longest = Array.from({ length: 180 }, (_, i) => i)
    .filter((n) => parse(n).issues.length === 0)
    .pop();
  expect(longest).toBeGreaterThan(0);
  expect(longest).toBeLessThan(179);
  const first = parse(longest!);
  expect(parsePairsFile({ pairs: { shop: shown(first) } })).toEqual(first);
});
