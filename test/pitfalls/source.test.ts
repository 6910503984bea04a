import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { callsOf, findNodes } from "./product-source";

/** Code that the product never contains. Numbers and letters are those of docs/pitfalls.md. */
const root = join(__dirname, "../..");
const host = JSON.parse(readFileSync(join(root, "host.json"), "utf8")) as {
  extensions: { durableTask: Record<string, unknown> };
};
const { durableTask } = host.extensions;

test("1: only one place races tasks: a new timer and the one waiter of the generation", () => {
  expect(callsOf("any", "orchestrations").map(({ text }) => text)).toEqual([
    "context.df.Task.any([timer, waiter])",
  ]);
  expect(callsOf("waitForExternalEvent")).toHaveLength(1);
  expect(callsOf("createTimer")).toHaveLength(1);
  // One file calls Task.all, with tasks that no other code yields.
  expect(new Set(callsOf("all", "orchestrations").map(({ file }) => file))).toEqual(
    new Set(["src/orchestrations/calls.ts"]),
  );
});

test("5: domain, orchestrations and entities throw only Errors with a message", () => {
  for (const budget of ["domain", "orchestrations", "entities"]) {
    for (const { node, file, text } of findNodes(ts.isThrowStatement, budget)) {
      const { expression } = node;
      const [message] = ts.isNewExpression(expression) ? (expression.arguments ?? []) : [];
      const described = message && (ts.isStringLiteral(message) || ts.isTemplateExpression(message));
      expect(
        `${file}: ${text} ${described && message.getText().length > 10 ? "is fine" : "says nothing"}`,
      ).toMatch(/: throw new Error\(.* is fine$/s);
    }
  }
});

function neverCalls(title: string, names: readonly string[]): void {
  test(title, () => {
    expect(names.flatMap((name) => callsOf(name)).map(({ file }) => file)).toEqual([]);
  });
}

neverCalls("6: the SDK's retries, whose timeout hangs, are never used", [
  "callActivityWithRetry",
  "callSubOrchestratorWithRetry",
]);
neverCalls("8: the product never terminates or suspends an instance", [
  "terminate",
  "suspend",
  "resume",
  "rewind",
]);
neverCalls("10: locks, which leak on failure, are never used", ["lock", "isLocked"]);
neverCalls("F: the client's lists, which ignore their filters, are never used", [
  "getStatusAll",
  "getStatusBy",
  "purgeInstanceHistoryBy",
]);
neverCalls("H: the custom status, which fails the orchestration above 16 KB, is never set", [
  "setCustomStatus",
]);

test("6: no code creates retry options", () => {
  const made = findNodes(ts.isNewExpression).filter(({ node }) =>
    /RetryOptions/.test(node.expression.getText()),
  );
  expect(made).toEqual([]);
});

test("15: newer code finishes older runs, newer runs wait, children keep the version", () => {
  expect(durableTask).toMatchObject({
    defaultVersion: expect.stringMatching(/^\d+\.\d+$/),
    versionMatchStrategy: "CurrentOrOlder",
    versionFailureStrategy: "Reject",
  });
  const [child, ...others] = callsOf("callSubOrchestrator");
  expect(others).toEqual([]);
  expect(child?.node.arguments[3]?.getText()).toBe("context.df.version");
});

test("17: extended sessions are off in host.json and in the settings", () => {
  expect(durableTask).not.toHaveProperty("extendedSessionsEnabled");
  expect(readFileSync(join(root, "local.settings.sample.json"), "utf8")).not.toMatch(/extendedSessions/i);
});

/** Lint must refuse every one of these lines. */
const planted = [
  "export async function* a(): AsyncGenerator<number> { yield await Promise.resolve(1); }",
  "export const b = { async *run(): AsyncGenerator<number> { yield await Promise.resolve(1); } };",
  "export function* c(): Generator<number> { yield Date.now(); }",
  "export function* d(): Generator<Date> { yield new Date(); }",
  "export function* e(): Generator<number> { yield Math.random(); }",
  "export function* f(): Generator<unknown> { yield setTimeout; }",
  'import { randomUUID } from "node:crypto"; export const g = randomUUID;',
];

test("19: lint refuses async generators, clocks, randomness and timers", () => {
  const eslint = join(root, "node_modules/eslint/bin/eslint.js");
  const place = ["--stdin", "--stdin-filename", "src/orchestrations/wait.ts", "-f", "json"];
  const options = { cwd: root, encoding: "utf8", input: `${planted.join("\n")}\n` } as const;
  const { stdout } = spawnSync(process.execPath, [eslint, ...place], options);
  const [result] = JSON.parse(stdout) as { messages: { ruleId: string | null; line: number }[] }[];
  const refused = result?.messages.filter(({ ruleId }) => ruleId?.startsWith("no-restricted"));
  expect([...new Set(refused?.map(({ line }) => line))]).toEqual(planted.map((_, i) => i + 1));
}, 120_000);
