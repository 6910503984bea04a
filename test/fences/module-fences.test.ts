import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const root = join(__dirname, "../..");

/** Files planted one by one: module, what it holds, and the rule that must refuse it (or none). */
const probes: readonly [string, string, string | undefined][] = [
  [
    "src/domain/kernel/probe-a.ts",
    'import type { CloudServices } from "../../ports/cloud-services"; export type X = CloudServices;',
    "boundaries/dependencies",
  ],
  [
    "src/domain/kernel/probe-b.ts",
    'import type { Timer } from "@azure/functions"; export type X = Timer;',
    "boundaries/dependencies",
  ],
  ["src/domain/kernel/probe-c.ts", "export const now = (): number => Date.now();", "no-restricted-syntax"],
  ["src/domain/kernel/probe-d.ts", "export const now = (): Date => new Date();", "no-restricted-syntax"],
  ["src/domain/kernel/probe-e.ts", "export const at = (ms: number): Date => new Date(ms);", undefined],
  [
    "src/domain/kernel/probe-f.ts",
    'import { createHash } from "node:crypto"; export const x = createHash;',
    "no-restricted-imports",
  ],
  ["src/domain/probe-a.ts", "export const q = 1;", "boundaries/no-unknown-files"],
  ...(
    [
      ["kernel", "cloud-service/observation", "ServiceIdentity"],
      ["cloud-service", "approval/rule", "ApprovalRule"],
      ["approval", "policy/policy", "PairPolicy"],
      ["audit", "policy/policy", "PairPolicy"],
      ["policy", "plan/plan", "Plan"],
      ["plan", "swap/attempt", "AttemptVerdict"],
      ["swap", "pair/pair", "PairState"],
      ["pair", "promotion/state", "PromotionState"],
    ] as const
  ).map(([module, file, type]): [string, string, string] => [
    `src/domain/${module}/probe-y.ts`,
    `import type { ${type} } from "../${file}"; export type X = ${type};`,
    "boundaries/dependencies",
  ]),
  [
    "src/domain/promotion/probe-z.ts",
    'import type { PairState } from "../pair/pair"; export type X = PairState;',
    undefined,
  ],
  [
    "src/orchestrations/probe-a.ts",
    'import { activities } from "../activities/activities"; export const y = activities;',
    "boundaries/dependencies",
  ],
  [
    "src/orchestrations/probe-b.ts",
    'import type { Activities } from "../activities/activities"; export type Y = Activities;',
    undefined,
  ],
  [
    "src/orchestrations/probe-c.ts",
    "export async function* loop() { await Promise.resolve(); yield 1; }",
    "no-restricted-syntax",
  ],
  [
    "src/orchestrations/probe-d.ts",
    "export const roll = (): number => Math.random();",
    "no-restricted-syntax",
  ],
  [
    "src/activities/probe-a.ts",
    'import { createLog } from "../adapters/console-log"; export const x = createLog;',
    "boundaries/dependencies",
  ],
  [
    "src/activities/probe-b.ts",
    'import type { Task } from "durable-functions"; export type X = Task;',
    "boundaries/dependencies",
  ],
  [
    "src/triggers/probe-a.ts",
    'import { promote } from "../orchestrations/promote"; export const x = promote;',
    "boundaries/dependencies",
  ],
  [
    "src/adapters/probe-a.ts",
    'import type { Clock } from "../ports/clock"; export type X = Clock;',
    undefined,
  ],
  [
    "src/app/probe-a.ts",
    'import { startIssuer } from "../../local/identity"; export const x = startIssuer;',
    "boundaries/dependencies",
  ],
  [
    "src/app/probe-b.ts",
    'import type { LocalIssuer } from "../../local/identity"; export type X = LocalIssuer;',
    "boundaries/dependencies",
  ],
  [
    "src/adapters/probe-b.ts",
    "export function tell(work: () => void): string { try { work(); return ''; } catch (fault) { return String(fault); } }",
    "no-restricted-syntax",
  ],
  [
    "src/activities/probe-c.ts",
    "export const tell = (error: Error): object => ({ pair: 'shop', detail: error.message });",
    "no-restricted-syntax",
  ],
  [
    "src/triggers/probe-b.ts",
    "export const tell = (fault: Error): object => ({ pair: 'shop', fault });",
    undefined,
  ],
  [
    "src/tools/probe-a.ts",
    'import { readFileSync } from "node:fs"; import { digest } from "../adapters/digest"; export const x = [readFileSync, digest];',
    undefined,
  ],
  [
    "src/tools/probe-b.ts",
    'import { promote } from "../orchestrations/promote"; export const x = promote;',
    "boundaries/dependencies",
  ],
  [
    "src/tools/probe-c.ts",
    'import type { Timer } from "@azure/functions"; export type X = Timer;',
    "boundaries/dependencies",
  ],
  ["src/misc/probe-a.ts", "export const q = 1;", "boundaries/no-unknown-files"],
  [
    "local/resource-manager/probe-a.ts",
    'import type { Plan } from "../../src/domain/plan/plan"; export type X = Plan;',
    "boundaries/dependencies",
  ],
  [
    "local/service-bus/probe-a.ts",
    'import { startIssuer } from "../identity"; export const x = startIssuer;',
    "boundaries/dependencies",
  ],
  [
    "local/world/probe-a.ts",
    'import { startIssuer } from "../identity"; export const x = startIssuer;',
    undefined,
  ],
  [
    "local/world/probe-b.ts",
    'import type { Plan } from "../../src/domain/plan/plan"; export type X = Plan;',
    "boundaries/dependencies",
  ],
  ["local/extra/probe-a.ts", "export const q = 1;", "boundaries/no-unknown-files"],
  [
    "test/simulation/rules/progress/probe-a.ts",
    'import type { Side } from "../../../src/domain/kernel/swap-request"; export type X = Side;',
    "no-restricted-imports",
  ],
  [
    "test/simulation/rules/progress/probe-b.ts",
    'import type { Timeline } from "../timeline"; export type X = Timeline;',
    "no-restricted-imports",
  ],
  [
    "test/simulation/rules/progress/probe-c.ts",
    'import type { Plan } from "./observed"; export type X = Plan;',
    undefined,
  ],
];

const known = [
  "boundaries/dependencies",
  "boundaries/no-unknown-files",
  "no-restricted-syntax",
  "no-restricted-imports",
];
const kept = ["src/misc", "local/extra"].map((folder) => join(root, folder));

afterAll(() => {
  for (const [file] of probes) rmSync(join(root, file), { force: true });
  for (const folder of kept) rmSync(folder, { recursive: true, force: true });
});

test("the intended rule refuses each planted violation, and allowed imports pass", () => {
  for (const [file, text] of probes) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), `${text}\n`);
  }
  const eslint = join(root, "node_modules/eslint/bin/eslint.js");
  const { stdout } = spawnSync(process.execPath, [eslint, "-f", "json", ...probes.map(([file]) => file)], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  const results = JSON.parse(stdout) as { filePath: string; messages: { ruleId: string | null }[] }[];
  const described = probes.map(([file, , rule]) => {
    const messages = results.find((result) => result.filePath === join(root, file))?.messages ?? [];
    const refusals = [...new Set(messages.map((message) => message.ruleId ?? "parse error"))].filter(
      (id) => known.includes(id) || id === "parse error",
    );
    return { file, refusals: rule === undefined ? refusals : refusals.includes(rule) };
  });
  expect(
    described.filter(({ refusals }) => (Array.isArray(refusals) ? refusals.length > 0 : !refusals)),
  ).toEqual([]);
}, 90_000);
