import type { InvocationContext } from "@azure/functions";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { core } from "../../local/functions-host/core-module";
import { createLogFilter } from "../../local/functions-host/log-levels";
import { createLog } from "../../src/adapters/console-log";
import { registerApp } from "../../src/app/register";
import type { Config } from "../../src/config/config";
import { logLines } from "../../src/domain/kernel/log-lines";
import { alertCodes } from "../../src/domain/promotion/events";
import { createFakePorts } from "../support/fake-ports";

const root = join(__dirname, "../..");
const { logging } = JSON.parse(readFileSync(join(root, "host.json"), "utf8")) as {
  logging: { logLevel: Record<string, string> };
};
const isLogged = createLogFilter(logging.logLevel);
const levels = { info: "information", warn: "warning", error: "error" } as const;

const lines: { level: string; category: string; message: string }[] = [];
const fake = createFakePorts();
const config = { serviceBus: { requestQueue: "swap-requests", setting: "ServiceBusConnection" } } as Config;
registerApp(
  ({ functionName }) => ({
    ...fake,
    log: createLog((level, message) =>
      lines.push({ level: levels[level], category: `Function.${functionName}.User`, message }),
    ),
  }),
  { verify: () => Promise.reject(new Error("nobody calls")) },
  config,
);
const functions = [...core.functions.values()].map(({ metadata, callback }) => ({
  name: metadata.name,
  type: Object.values(metadata.bindings).find(({ type }) => /trigger$/i.test(type))!.type,
  callback: callback as (input: unknown, context: InvocationContext) => Promise<unknown>,
}));
const traced = functions.filter(({ type }) => /^(orchestration|entity|activity)Trigger$/.test(type));
const rules = Object.entries(logLines).map(([message, rule]) => ({
  message,
  level: levels[rule.level],
  shownFrom: "shownFrom" in rule ? rule.shownFrom : [],
}));
const at = (level: string, name: string) => ({ level, category: `Function.${name}.User`, message: "" });

test("warnings, errors and alerts come through from every function there is", () => {
  const loud = [...new Set(rules.map(({ level }) => level))].filter((level) => level !== "information");
  for (const level of [...loud, ...alertCodes.map(() => "error")])
    expect(functions.filter(({ name }) => !isLogged(at(level, name)))).toEqual([]);
});

test("host.json opens info lines for exactly the functions that the table names", () => {
  const open = functions.map(({ name }) => name).filter((name) => isLogged(at("information", name)));
  expect(open.sort()).toEqual([...new Set(rules.flatMap(({ shownFrom }) => shownFrom))].sort());
});

test("every line of the table is logged somewhere", () => {
  const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith("log-lines.ts"))
    .map((name) => readFileSync(join(root, "src", name), "utf8"));
  const used = (message: string) => sources.some((text) => text.includes(`"${message}"`));
  expect(rules.map(({ message }) => message).filter((message) => !used(message))).toEqual([]);
});

test("of what Durable Functions traces, only the outcome's activity is open", () => {
  expect(traced.map(({ name }) => name).filter((name) => isLogged(at("information", name)))).toEqual([
    "publishCompletion",
  ]);
});

test("the host's and SDKs' chatter stays out, and their errors come through", () => {
  const chatter = ["Azure.Core", "Azure.Messaging.ServiceBus", "Host.Startup", "Host.Triggers.DurableTask"];
  const own = functions.map(({ name }) => `Function.${name}`);
  for (const category of [...chatter, ...own]) {
    expect([category, isLogged({ level: "information", category, message: "" })]).toEqual([category, false]);
    expect([category, isLogged({ level: "error", category, message: "" })]).toEqual([category, true]);
  }
  // Azure.Core logs a warning (409) when a container exists already.
  expect(isLogged({ level: "warning", category: "Azure.Core", message: "" })).toBe(false);
});

test("malformed, dead and refused messages are logged", async () => {
  const deliver = (name: string, body: unknown) => {
    const context = { functionName: name, triggerMetadata: {} } as unknown as InvocationContext;
    return functions.find((each) => each.name === name)!.callback(body, context);
  };
  await deliver("acceptSwapRequest", { no: "request" });
  await deliver("announceDeadLetter", { no: "request" });
  const request = { requestId: "r-1", pair: "nowhere", promote: "green", reason: "x", requestedBy: "y" };
  await deliver("acceptSwapRequest", request);
  const shown = lines.filter(isLogged).map(({ message }) => message.replace(/ \{.*$/, ""));
  expect(shown).toEqual([
    "a message was not accepted",
    "[alert dead-letter] a message was dead-lettered",
    "a message was not accepted",
    "a message was not accepted",
  ]);
  expect(lines.at(-1)?.message).toContain('"code":"unknown-pair"');
});
