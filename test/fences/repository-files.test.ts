import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse as parseYaml } from "yaml";
import { parseTopology } from "../../local/service-bus/topology";

const root = join(__dirname, "../..");
const read = (file: string) => readFileSync(join(root, file), "utf8");
const json = (file: string): unknown => JSON.parse(read(file));
const yaml = (file: string): unknown => parseYaml(read(file));

interface Manifest {
  scripts: Record<string, string>;
  engines: { node: string };
  prettier: Record<string, unknown>;
}
interface Step {
  uses?: string;
  run?: string;
}
interface Job {
  if?: string;
  steps: Step[];
  strategy?: { matrix: { node?: string[] } };
}
interface Tasks {
  tasks: { label: string; type: string; script?: string; dependsOn?: string }[];
}
interface Launch {
  configurations: { name: string; preLaunchTask: string; program?: string }[];
}

const { scripts, engines, prettier } = json("package.json") as Manifest;
const { jobs } = yaml(".github/workflows/ci.yml") as { jobs: Record<string, Job> };
const steps = Object.values(jobs).flatMap((job) => job.steps);
const nodes = jobs["check"]?.strategy?.matrix.node ?? [];
const extensions = (json(".vscode/extensions.json") as { recommendations: string[] }).recommendations;

interface DevContainer {
  dockerComposeFile: string;
  service: string;
  workspaceFolder: string;
  customizations: { vscode: { extensions: string[] } };
}
const devContainer = json(".devcontainer/devcontainer.json") as DevContainer;
const { services } = yaml(`.devcontainer/${devContainer.dockerComposeFile}`) as {
  services: Record<string, { image: string; volumes?: string[] }>;
};

const majorOf = (version: string) => version.split(".")[0];

/** The npm scripts that a text runs: `npm run NAME` with or without flags, and `npm test` or `npm start`. */
function scriptsIn(text: string): string[] {
  return [...text.matchAll(/\bnpm (?:run (?:--silent )?([\w:-]+)|(test|start)\b)/g)].map(
    ([, name, short]) => name ?? short ?? "",
  );
}

test.each([
  ["the workflow", steps.map(({ run }) => run ?? "").join("\n")],
  ["CONTRIBUTING.md", read("CONTRIBUTING.md")],
  ["README.md", read("README.md")],
])("every npm script that %s runs is in package.json", (_, text) => {
  expect(scriptsIn(text)).not.toEqual([]);
  expect(scriptsIn(text).filter((name) => !(name in scripts))).toEqual([]);
});

test("npm run check and .ci/run name scripts of package.json", () => {
  const checked = [...read("test/check.mjs").matchAll(/"(check:\w+)"/g)].map(([, name]) => name);
  expect(checked.sort()).toEqual(
    Object.keys(scripts)
      .filter((name) => name.startsWith("check:"))
      .sort(),
  );
  const [, run = ""] = /^for script in (.*); do$/m.exec(read(".ci/run")) ?? [];
  expect(run.split(" ").filter((name) => !(name in scripts))).toEqual([]);
});

test("the workflow pins every action by major version or commit", () => {
  const used = steps.flatMap(({ uses }) => uses ?? []);
  expect(used.length).toBeGreaterThan(0);
  expect(used.filter((action) => !/^[\w-]+\/[\w/-]+@(?:v\d+|[0-9a-f]{40})$/.test(action))).toEqual([]);
});

test("the workflow checks every Node, and nightly plays fresh worlds and mutates", () => {
  const commandsOf = (name: string) => jobs[name]?.steps.map(({ run }) => run ?? "").join("\n");
  expect(commandsOf("check")).toContain("npm run check");
  expect(commandsOf("simulate")).toMatch(/npm run simulate -- (?!.*--seed).*--seconds \d+/);
  expect(commandsOf("mutate")).toContain("npm run mutate");
  expect(jobs["check"]?.if).toBeUndefined();
  for (const nightly of ["simulate", "mutate"]) expect(jobs[nightly]?.if).toContain("'schedule'");
});

test(".nvmrc, workflow and dev container agree with the oldest Node of engines", () => {
  const oldest = read(".nvmrc").trim();
  expect(`>=${oldest}`).toBe(engines.node);
  expect(nodes[0]).toBe(oldest);
  const [, list = ""] = /^const versions = \[(.*)\];$/m.exec(read("test/nodes.mjs")) ?? [];
  expect([...list.matchAll(/"(\d+)\./g)].map(([, major]) => major)).toEqual(nodes.map(majorOf));
  expect(services[devContainer.service]?.image).toMatch(new RegExp(`:${majorOf(oldest)}-`));
});

test("tasks run scripts of package.json, and depend on tasks that exist", () => {
  const { tasks } = json(".vscode/tasks.json") as Tasks;
  const npm = tasks.filter(({ type }) => type === "npm");
  expect(npm.length).toBeGreaterThan(0);
  expect(npm.filter(({ script }) => !(script !== undefined && script in scripts))).toEqual([]);
  const labels = tasks.map(({ label }) => label);
  const { configurations } = json(".vscode/launch.json") as Launch;
  const needed = [
    ...tasks.flatMap(({ dependsOn }) => dependsOn ?? []),
    ...configurations.map(({ preLaunchTask }) => preLaunchTask),
  ];
  expect(needed.filter((label) => !labels.includes(label))).toEqual([]);
});

test("the debugger starts programs that exist, or that the build makes", () => {
  const programs = (json(".vscode/launch.json") as Launch).configurations.flatMap(
    ({ program }) => program ?? [],
  );
  expect(programs.length).toBeGreaterThan(0);
  const sources = programs
    .map((program) => program.replace("${workspaceFolder}/", ""))
    .map((file) => (file.startsWith("dist/") ? file.slice(5).replace(/\.js$/, ".ts") : file));
  expect(sources.filter((file) => !existsSync(join(root, file)))).toEqual([]);
});

test(".editorconfig agrees with prettier", () => {
  const [, everything = ""] = /^\[\*\]\n((?:\w+ = .+\n)+)/m.exec(read(".editorconfig")) ?? [];
  const settings = Object.fromEntries(
    everything
      .trim()
      .split("\n")
      .map((line) => line.split(" = ")),
  );
  // Prettier's own defaults stand first.
  const options = { endOfLine: "lf", tabWidth: 2, useTabs: false, printWidth: 80, ...prettier };
  expect(settings).toMatchObject({
    end_of_line: options.endOfLine,
    indent_size: String(options.tabWidth),
    indent_style: options.useTabs ? "tab" : "space",
    max_line_length: String(options.printWidth),
    insert_final_newline: "true",
  });
});

test("the dev container brings the recommended extensions and mounts files that exist", () => {
  const outside = ["ms-vscode-remote.remote-containers"];
  expect(devContainer.customizations.vscode.extensions).toEqual(
    extensions.filter((name) => !outside.includes(name)),
  );
  const mounts = Object.values(services).flatMap(({ volumes = [] }) => volumes.map((v) => v.split(":")));
  expect(mounts.map(([, target]) => target)).toContain(devContainer.workspaceFolder);
  expect(mounts.filter(([from = ""]) => !existsSync(join(root, ".devcontainer", from)))).toEqual([]);
});

test("the Service Bus emulator has the queues and topics of the embedded broker", () => {
  // The emulator keeps messages for an hour at most, and knows one namespace only.
  const ofEmulator = read(".devcontainer/service-bus.config.json").replaceAll('"PT1H"', '"P14D"');
  expect(ofEmulator).toContain('"Name": "sbemulatorns"');
  expect(parseTopology(JSON.parse(ofEmulator))).toEqual(
    parseTopology(json("local/world/service-bus.config.json")),
  );
});

test("dependabot looks where there is something to update", () => {
  const { updates } = yaml(".github/dependabot.yml") as {
    updates: { "package-ecosystem": string; directory: string; groups: object }[];
  };
  const places: Record<string, string> = {
    npm: "package-lock.json",
    "github-actions": ".github/workflows/ci.yml",
    devcontainers: ".devcontainer/devcontainer.json",
    "docker-compose": `.devcontainer/${devContainer.dockerComposeFile}`,
  };
  expect(updates.map((update) => update["package-ecosystem"])).toEqual(Object.keys(places));
  for (const { directory, groups, ...update } of updates) {
    const place = places[update["package-ecosystem"]] ?? "";
    expect(Object.keys(groups)).not.toEqual([]);
    expect(directory === "/" || dirname(place) === directory.slice(1)).toBe(true);
    expect(existsSync(join(root, place))).toBe(true);
  }
});

test.each(["CONTRIBUTING.md", "SECURITY.md"])("every link of %s leads to a file", (page) => {
  const links = [...read(page).matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, target]) => target ?? "");
  const files = links.filter((target) => !/^https:/.test(target));
  expect(files).not.toEqual([]);
  expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
});

test("every workflow is the one that these tests read", () => {
  expect(readdirSync(join(root, ".github/workflows"))).toEqual(["ci.yml"]);
});
