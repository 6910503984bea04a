import { readFileSync } from "node:fs";
import { join } from "node:path";
import { nearest } from "../../../local/world/nearest";
import { parseWorldOptions, startUsage } from "../../../local/world/options";

const env = { XDG_CACHE_HOME: "/cache" };
const parse = (line: string, more: Record<string, string> = {}) =>
  parseWorldOptions(line.split(" ").filter(Boolean), { ...env, ...more });
const issues = (line: string, more: Record<string, string> = {}) => {
  const parsed = parse(line, more);
  return "issues" in parsed ? parsed.issues : [];
};

const usual = {
  ...{ json: false, fresh: false, scenario: "default", pairsFile: undefined, speed: 1, portBase: undefined },
  dataDirectory: "/cache/cloud-service-swap/world",
};

test("without options it plays the default scenario in a cache folder", () => {
  expect(parse("")).toEqual({ command: "start", options: usual });
});

test("accepts every option with a space or an equals sign before its value", () => {
  expect(parse("--fresh --json --data /d --scenario=calm --speed 2.5 --port-base=18000")).toEqual({
    command: "start",
    options: {
      ...usual,
      fresh: true,
      json: true,
      dataDirectory: "/d",
      scenario: "calm",
      speed: 2.5,
      portBase: 18000,
    },
  });
});

test("finds a pairs file from the working directory; its world has a separate folder", () => {
  expect(parse("--pairs pairs.sample.json")).toEqual({
    command: "start",
    options: {
      ...usual,
      pairsFile: join(process.cwd(), "pairs.sample.json"),
      dataDirectory: "/cache/cloud-service-swap/own-pairs",
    },
  });
});

test("--env uses the default data folder, the one for pairs files, or the named one", () => {
  expect(parse("--env")).toEqual({ command: "env", dataDirectory: usual.dataDirectory });
  expect(parse("--env --pairs x")).toMatchObject({ dataDirectory: "/cache/cloud-service-swap/own-pairs" });
  expect(parse("--data /d --env")).toEqual({ command: "env", dataDirectory: "/d" });
});

test.each(["--help", "-h", "--speed x --help", "--nonsense -h"])(
  "%s asks for help, whatever the other options are",
  (line) => {
    expect(parse(line)).toEqual({ command: "help" });
  },
);

test.each([
  ["--speeed 2", "unknown option --speeed: did you mean --speed?"],
  ["--port 18000", "unknown option --port: did you mean --port-base?"],
  ["--pair f", "unknown option --pair: did you mean --pairs?"],
  ["-x", "unknown option -x"],
  ["--something-else", "unknown option --something-else"],
  ["calm", 'unexpected argument "calm"'],
  ["--data", "--data DIR: missing value"],
  ["--pairs --fresh", "--pairs FILE: missing value"],
  ["--fresh=yes", '--fresh takes no value, not "yes"'],
  ["--speed 0", '--speed: a number from 1 to 1000, not "0"'],
  ["--port-base 80", '--port-base: a number from 1024 to 65000, not "80"'],
  ["--scenario ../x", "--scenario: a name like default, without a path"],
  ["--pairs f --scenario calm", "--pairs and --scenario exclude each other"],
  ["--env --fresh", "--env and --fresh exclude each other"],
  ["--env --json", "--env and --json exclude each other"],
])("rejects %s with: %s", (line, issue) => {
  expect(issues(line)).toEqual([issue]);
});

test("reports every mistake at once", () => {
  expect(issues("--speed no --colour --port-base x --scenario A/B")).toHaveLength(4);
});

test("reports an option that npm kept for itself, and only that", () => {
  expect(issues("", { npm_config_fresh: "true", npm_config_port_base: "18000" })).toEqual([
    "npm used --fresh for itself: write npm start -- --fresh",
    "npm used --port-base for itself: write npm start -- --port-base",
  ]);
  expect(issues("--fresh", { npm_config_fresh: "true" })).toEqual([]);
});

test("the help and docs/running-locally.md name the same options", () => {
  const page = readFileSync(join(__dirname, "../../../docs/run-locally.md"), "utf8");
  const named = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, name]) => name).sort();
  expect(named(page, /^\| `(--[a-z-]+)/gm)).toEqual(named(startUsage, /^ {2}(--[a-z-]+)/gm));
});

test.each([
  ["spede", "speed"],
  ["fres", "fresh"],
  ["port", "port-base"],
  ["zzzzz", undefined],
  ["", undefined],
])("suggests for %j the option %j", (given, name) => {
  expect(nearest(given, ["data", "fresh", "speed", "port-base"])).toBe(name);
});
