import type { WorldPlan } from "../plans/world-plan";
import type { WorldResult } from "../world/play-world";
import { Points } from "../world/points";
import { Timeline } from "../world/timeline";
import { campaign } from "./campaign";
import type { SimulateOptions } from "./simulate";

jest.mock("../world/clients", () => ({ openClients: () => Promise.resolve() }));
jest.mock("./peers", () => ({}));
jest.mock("../world/process", () => ({ prepareProcess: () => undefined }));
jest.mock("../world/product", () => ({ registerProduct: () => undefined }));
// A world that breaks I1 from seed 12 on, however small it is.
jest.mock("../world/play-world", () => ({ playWorld: (plan: WorldPlan) => Promise.resolve(played(plan)) }));

function played(plan: WorldPlan): WorldResult {
  const timeline = new Timeline(() => 1_000);
  for (const userAction of plan.userActions) timeline.add({ kind: "fault", what: userAction.kind });
  timeline.add({ kind: "malformed-sent", body: "r1 swapped again" });
  const n = timeline.entries.length - 1;
  const isBroken = plan.seed >= 12;
  return {
    timeline,
    violations: isBroken ? [{ invariant: "I1", detail: "r1 swapped a second time", entry: n }] : [],
    points: Points.at([]),
    promotions: 1,
    faults: 0,
    residual: 0,
    lastedMs: 0,
    logged: [],
    exercised: { I1: 1 },
  };
}

async function run(over: Partial<SimulateOptions>): Promise<{ code: number; lines: string[] }> {
  const log = jest.spyOn(console, "log").mockImplementation(() => undefined);
  try {
    const options = {
      runs: 5,
      seed: 10,
      step: 1,
      replay: false,
      small: false,
      peers: false,
      json: false,
    } as SimulateOptions;
    const code = await campaign({ ...options, ...over });
    return { code, lines: log.mock.calls.map(([line]) => String(line)) };
  } finally {
    log.mockRestore();
  }
}

test("unbroken worlds end with exit code 0, and the last line counts them", async () => {
  const { code, lines } = await run({ runs: 2 });

  expect(code).toBe(0);
  expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({
    runs: 2,
    promotions: 2,
    firstSeed: 10,
    violations: 0,
  });
});

test("the first broken world ends it: exit code 1, seed, invariant and replay command", async () => {
  const { code, lines } = await run({});

  expect(code).toBe(1);
  expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ runs: 3, violations: 1, seed: 12, invariant: "I1" });
  expect(lines.join("\n")).toMatch(/VIOLATION of I1 at \d+: r1 swapped a second time/);
  expect(lines.join("\n")).toContain("replay: npm run simulate -- --replay 12");
});

test("a small world is replayed as a small world", async () => {
  const { lines } = await run({ small: true });

  expect(lines.join("\n")).toContain("replay: npm run simulate -- --small --replay 12");
});

test("only the shortest timeline is reported, without what the violation does not need", async () => {
  const { lines } = await run({ seed: 14, runs: 1 });

  const steps = lines
    .join("\n")
    .split("\n")
    .filter((line) => /^ *\d+ {2}\d\d:\d\d/.test(line));
  expect(steps).toEqual(["   0  00:00:01.000  malformed-sent       body=r1 swapped again"]);
});

test("--json prints only one line", async () => {
  const { code, lines } = await run({ json: true });

  expect(code).toBe(1);
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ seed: 12, invariant: "I1" });
});

test("worlds are as far apart as --step says", async () => {
  const { lines } = await run({ json: true, seed: 1, step: 6 });
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ runs: 3, seed: 13 });
});
