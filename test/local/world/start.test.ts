import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const script = join(__dirname, "../../../dist/local/world/start.js");
const folder = mkdtempSync(join(tmpdir(), "start-"));
const at = (name: string, content: unknown) => {
  const path = join(folder, name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
};
const run = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: "utf8" });
  return { status, stdout, stderr };
};

jest.setTimeout(60_000);

test("--help lists the options and exits with 0", () => {
  const { status, stdout, stderr } = run("--help");
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toMatch(/--data DIR[\s\S]*--pairs FILE[\s\S]*Examples:/);
});

test("a data folder that cannot be created ends the command with the reason", () => {
  const data = join(at("a-file", "x"), "data");
  const { status, stdout, stderr } = run("--data", data);
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toMatch(/^error: the data folder .* cannot be used: a file is in the way$/m);
});

test("--env fails on a folder without a world and prints nothing for a shell", () => {
  const { status, stdout, stderr } = run("--env", "--data", join(folder, "empty"));
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toMatch(/^error: no world runs on /);
});

test("every mistake of a pairs file is an error; nothing is started or written", () => {
  const shop = {
    blue: "x",
    probes: [{ name: "p", url: "http://169.254.169.254/" }],
    approval: { quorum: 9 },
  };
  const file = at("wrong.json", { pairs: { shop, all: {} }, colour: "red" });
  const data = join(folder, "never");
  const { status, stdout, stderr } = run("--pairs", file, "--data", data);
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  const lines = stderr.trim().split("\n");
  expect(lines.filter((line) => !line.startsWith("error: "))).toEqual([]);
  for (const path of ["shop.blue", "shop.green", "shop.approval.quorum", "all"])
    expect(stderr).toContain(`${file}.pairs.${path}: `);
  expect(existsSync(data)).toBe(false);
});

test.each([
  ["is not there", join(folder, "nowhere.json")],
  ["is no JSON", at("no.json", "{")],
])("a pairs file that %s is a mistake of --pairs", (_, file) => {
  const { status, stderr } = run("--pairs", file);
  expect(status).toBe(1);
  expect(stderr).toMatch(/^error: --pairs: a readable JSON file/);
});

describe("a world with a user's pairs file", () => {
  const id = (name: string, group: string, n: number) =>
    `/subscriptions/00000000-0000-4000-8000-00000000000${n}/resourceGroups/${group}/providers/Microsoft.Compute/cloudServices/${name}`;
  const url = "https://shop.example.com/health";
  const probes = [{ name: "home", url, expect: { status: 200, json: { path: "$.status", equals: "ok" } } }];
  const file = at("mine.json", {
    defaults: { versionTag: "release" },
    pairs: {
      shop: { blue: id("web-a", "Live-RG", 5), green: id("web-b", "Live-RG", 5), probes },
      test: { blue: id("web-a", "Test-RG", 5), green: id("web-b", "Test-RG", 5) },
      far: {
        blue: id("x", "Far-RG", 6),
        green: id("y", "Far-RG", 6),
        approval: { people: [id("", "", 7).slice(15, 51)] },
      },
    },
  });
  const data = join(folder, "data");
  let child: ChildProcess;
  let world: {
    issuer: string;
    http: string;
    tokens: Record<string, string>;
    pairs: { name: string; production: string }[];
  };

  beforeAll(async () => {
    child = spawn(process.execPath, [script, "--json", "--data", data, "--pairs", file, "--speed", "60"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    world = await new Promise((resolve, reject) => {
      createInterface({ input: child.stdout! }).on("line", (line) => {
        resolve(JSON.parse(line) as typeof world);
      });
      child.once("exit", (code) => {
        reject(new Error(`the world ended with ${String(code)}`));
      });
    });
  });
  afterAll(async () => {
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGINT");
    await gone;
    expect(run("--env", "--data", data).status).toBe(1);
  });

  const api = async (path: string, body?: object) => {
    const reply = await fetch(`${world.http}/api/${path}`, {
      method: body ? "POST" : "GET",
      headers: { authorization: `Bearer ${world.tokens["operator"]}`, "content-type": "application/json" },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return (await reply.json()) as { outcome?: string; verdict?: string; reason?: object };
  };

  test("promotes the first pair with its probes; its address serves the new version", async () => {
    const plans = await Promise.all(
      world.pairs.map(({ name }) =>
        api("plans", { pair: name, promote: "green", expect: { version: "v2" } }),
      ),
    );
    expect(plans.map(({ verdict }) => verdict)).toEqual(["planned", "planned", "planned"]);
    await api("promotions", { requestId: "own-1", pair: "shop", promote: "green", reason: "x" });
    let shown = await api("promotions/own-1");
    for (const end = Date.now() + 40_000; shown.outcome === undefined && Date.now() < end;) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      shown = await api("promotions/own-1");
    }
    expect(shown).toMatchObject({ outcome: "promoted" });
    const answer = await (await fetch(`${world.pairs[0]!.production}/health`)).json();
    expect(answer).toMatchObject({ service: "web-b", version: "v2", status: "ok" });
  });

  test("--env prints only export lines, including those of the people in the file", () => {
    const { status, stdout, stderr } = run("--env", "--data", data);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const lines = stdout.trim().split("\n");
    expect(lines.filter((line) => !/^export [A-Z_0-9]+='[^']+'$/.test(line))).toEqual([]);
    expect(lines).toContain(`export ISSUER='${world.issuer}'`);
    expect(stdout).toContain("export TOKEN_00000000_0000_4000_8000_000000000007=");
    expect(new URL(world.issuer).hostname).toBe("127.0.0.1");
  });

  test("refuses a second world on the same folder and deletes nothing", () => {
    const { status, stdout, stderr } = run("--fresh", "--data", data);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain(`a world runs on ${data} already (process ${child.pid}`);
    expect(existsSync(join(data, "world.json"))).toBe(true);
  });
});
