import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { digest } from "../../src/adapters/digest";
import type { ExportedEntry } from "../../src/domain/audit/chain";
import { verifyAudit } from "../../src/domain/audit/verify";
import type { Scenario } from "../support/scenario";
import { type GateScenario, startGate, voter } from "../support/votes";

/** The audit chain of a whole promotion: requested, approved by two, held, released, swapped. */
let gate: GateScenario;
let scenario: Scenario;
let lines: readonly string[];
let events: readonly unknown[];
let id: string;

beforeAll(async () => {
  gate = await startGate();
  scenario = gate.scenario;
  id = await scenario.request();
  await gate.vote(id, voter("aron"), { comment: "tested" });
  await gate.vote(id, voter("berta"));
  await scenario.advance({ seconds: 30 });
  await scenario.http("PUT", "holds/shop", { reason: "incident 7", id: "h-1" });
  await scenario.advance({ minutes: 4 });
  await scenario.http("DELETE", "holds/shop?note=over");
  await scenario.advance({ minutes: 15 });
  await scenario.request({ promote: "blue" });
  const reply = await scenario.http("GET", "pairs/shop/audit", undefined, ["Swap.Read"]);
  expect([reply.status, reply.headers.get("content-type")]).toEqual([200, "application/x-ndjson"]);
  lines = (reply.body as string).trim().split("\n");
  events = [...scenario.published, ...scenario.news];
});
afterAll(() => scenario.stop());

const entries = () =>
  lines.map((line) => JSON.parse(line) as Partial<ExportedEntry>).filter(({ hash }) => hash !== undefined);

test("the export has every decision of a promotion: who, what, when, plan and policy", () => {
  const own = entries().filter(({ chain }) => chain === `promotion-${id}`);
  expect(own.map(({ what, who }) => `${what}: ${who}`)).toEqual([
    "accepted: Olga",
    "planned: the run",
    "approval-asked: the run",
    "voted: aron",
    "voted: berta",
    "approval-decided: the run",
    ...["attempted: the run", "attempted: the run"],
    "concluded: the run",
  ]);
  expect(own.filter(({ what }) => what === "attempted").map(({ detail }) => detail)).toEqual([
    "forward 1: claim-refused on-hold",
    expect.stringContaining("accepted"),
  ]);
  const bound = own.filter(({ what }) => what !== "accepted");
  expect(new Set(bound.map(({ planHash }) => planHash)).size).toBe(1);
  expect(new Set(bound.map(({ policyHash }) => policyHash?.length))).toEqual(new Set([64]));
  expect(entries().filter(({ chain }) => chain === `pair-${scenario.key}`)).toMatchObject([
    { n: 1, what: "held", who: "Olga", detail: "on-hold: incident 7" },
    { n: 2, what: "hold-released", who: "Olga", detail: "over" },
    { n: 3, what: "concluded", requestId: id, outcome: "promoted" },
  ]);
});

test("the export verifies against every published event; a forged one does not", () => {
  expect(verifyAudit(scenario.key, lines, events, digest)).toMatchObject({
    findings: [],
    pair: "shop",
    promotions: 2,
  });
  const forged = lines.map((line) => line.replace('"berta"', '"mallory"'));
  expect(verifyAudit(scenario.key, forged, events, digest).findings).toMatchObject([
    { chain: `promotion-${id}`, n: 5, what: expect.stringContaining("hash does not fit") },
  ]);
});

test("the completion event and the news of a hold say where their chain ends", () => {
  const [event] = scenario.published;
  const own = entries().filter(({ chain }) => chain === `promotion-${id}`);
  const pair = entries().filter(({ chain }) => chain === `pair-${scenario.key}`);
  expect(event?.data.audit).toEqual({
    ...{ entries: 9, head: own.at(-1)?.hash },
    pair: { entries: 2, head: pair[1]?.hash },
  });
  const news = scenario.news.filter(({ data }) => data.holdId === "h-1");
  expect(news.map(({ data }) => data.audit)).toEqual([
    { entries: 1, head: pair[0]?.hash },
    { entries: 2, head: pair[1]?.hash },
  ]);
});

const registerAgain = () => {
  const register = { kind: "register", requestId: id, at: scenario.clock.now() };
  return scenario.app.call("POST", `entities/pair/${scenario.key}?op=apply`, register);
};
const exported = async () => {
  const reply = await scenario.http("GET", "pairs/shop/audit", undefined, ["Swap.Read"]);
  return (reply.body as string).trim().split("\n");
};

test("a promotion that a late message registers again is exported once", async () => {
  await registerAgain();
  await scenario.advance({ seconds: 1 });
  expect((await scenario.pair()).registered.map(({ requestId }) => requestId)).toContain(id);
  expect(verifyAudit(scenario.key, await exported(), events, digest)).toMatchObject({
    findings: [],
    promotions: 2,
  });
});

test.each([
  ["the reconciler deregisters it", () => Promise.resolve()],
  [
    "a second start of its run does nothing",
    () => scenario.app.call("POST", `orchestrators/promote/promotion-${id}`, { requestId: id }),
  ],
])("a promotion that is registered again is concluded once in the chain: %s", async (_, next) => {
  await registerAgain();
  await next();
  await scenario.advance({ minutes: 5 });
  expect((await scenario.pair()).registered.map(({ requestId }) => requestId)).not.toContain(id);
  expect(verifyAudit(scenario.key, await exported(), events, digest).findings).toEqual([]);
});

test("the command names the broken entry, prints one JSON line, exits 1; 0 if sound", () => {
  const folder = mkdtempSync(join(tmpdir(), "verify-audit-"));
  try {
    const file = (name: string, content: readonly string[]) => {
      writeFileSync(join(folder, name), `${content.join("\n")}\n`);
      return join(folder, name);
    };
    const described = file(
      "events.jsonl",
      events.map((event) => JSON.stringify(event)),
    );
    const script = join(__dirname, "../../dist/src/tools/verify-audit.js");
    const run = (...args: string[]) => {
      const { status, stdout } = spawnSync(process.execPath, [script, ...args], { encoding: "utf8" });
      return { status, text: stdout, last: JSON.parse(stdout.trim().split("\n").at(-1) ?? "null") };
    };
    const sound = run(file("sound.jsonl", lines), "--pair", scenario.key, "--events", described);
    expect(sound).toMatchObject({ status: 0, last: { ok: true, pair: "shop", findings: [] } });
    const cut = run(file("cut.jsonl", lines.slice(0, -1)), "--pair", scenario.key, "--events", described);
    expect(cut).toMatchObject({ status: 1, last: { ok: false } });
    const edited = run(
      file(
        "edited.jsonl",
        lines.map((line) => line.replace("incident 7", "incident 8")),
      ),
      "--pair",
      scenario.key,
    );
    expect(edited).toMatchObject({
      status: 1,
      last: { findings: [{ line: 1, chain: `pair-${scenario.key}`, n: 1 }] },
    });
    expect(edited.text).toContain(`BROKEN line 1, pair-${scenario.key} entry 1`);
    const forgeries: readonly (readonly [string, readonly string[], readonly string[]])[] = [
      ["a repeated member", [lines[0]!.replace("{", '{"who":"Olga",'), ...lines.slice(1)], []],
      ["no line", [], []],
      [
        "an end without entries",
        [JSON.stringify({ end: { pair: "shop", key: scenario.key, entries: 0, head: "", underWay: [] } })],
        [],
      ],
      ["no events", lines, ["--events", file("none.jsonl", [])]],
      [
        "events of another pair",
        lines,
        ["--events", file("till.jsonl", [JSON.stringify({ data: { pair: "till" } })])],
      ],
    ];
    for (const [what, forged, more] of forgeries)
      expect([what, run(file("forged.jsonl", forged), "--pair", scenario.key, ...more)]).toMatchObject([
        what,
        { status: 1 },
      ]);
    expect(run(file("sound.jsonl", lines), "--pair", "till")).toMatchObject({
      status: 1,
      last: { ok: false },
    });
    expect(spawnSync(process.execPath, [script, join(folder, "sound.jsonl")]).status).toBe(2);
    expect(spawnSync(process.execPath, [script]).status).toBe(2);
    expect(() =>
      execFileSync(process.execPath, [script, join(folder, "absent"), "--pair", scenario.key], {
        stdio: "pipe",
      }),
    ).toThrow();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
