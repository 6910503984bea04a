import { fork, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Benchmark, Row } from "./benchmark";
import { percentile } from "./distribution";
import type { Loaded } from "./load-probe";

const ROUNDS = 7;
const MIB = 2 ** 20;
const worldStart = resolve(__dirname, "../local/world/start.js");

/** What a person waits for at `npm start`, and what the platform waits for when it loads the app. */
export const benchmark: Benchmark = {
  name: "start",
  title: "Start: the world until it is ready, and loading the app",
  async run() {
    const directory = mkdtempSync(join(tmpdir(), "bench-start-"));
    try {
      const data = join(directory, "world");
      const fresh = await startWorld(data);
      const again = await startWorld(data);
      return [
        ...worldRows("a fresh folder", fresh),
        ...worldRows("the same folder again", again),
        ...(await loadRows(directory)),
      ];
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
};

interface Started {
  readonly ms: number;
  readonly rssBytes: number;
}

/** From the start of the process to the line that says the world is ready. */
async function startWorld(data: string): Promise<Started> {
  const began = performance.now();
  const child = fork(worldStart, ["--json", "--data", data, "--scenario", "calm"], {
    execArgv: [...process.execArgv, "--require", join(__dirname, "memory-probe.js")],
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  const gone = new Promise<void>((resolve) => {
    child.once("exit", () => {
      resolve();
    });
  });
  await firstLine(child);
  const ms = performance.now() - began;
  child.send("memory");
  const rssBytes = (await answerOf(child)) as number;
  child.kill("SIGTERM");
  await gone;
  return { ms, rssBytes };
}

function worldRows(folder: string, { ms, rssBytes }: Started): Row[] {
  return [
    { what: `the world is ready, ${folder}`, value: ms, unit: "ms" },
    { what: `memory of the world, ${folder}`, value: rssBytes / MIB, unit: "MiB" },
  ];
}

async function loadRows(directory: string): Promise<Row[]> {
  const [app, sdks, nothing] = await loadInTurns(["app", "sdks", "nothing"]);
  if (!app || !sdks || !nothing) throw new Error("a load is missing");
  const rss = (loaded: Loaded) => `${(loaded.rssBytes / MIB).toFixed(0)} MiB`;
  return [
    {
      what: "loading the app, every process compiles anew",
      value: app.ms,
      unit: "ms",
      aim: "≤ 0.5 × naive",
      baseline: `requiring its SDKs: ${sdks.ms.toFixed(0)} ms`,
    },
    ...(await cachedRow(directory)),
    { what: "files loaded", value: app.files, unit: "files", baseline: `SDKs: ${sdks.files}` },
    {
      what: "bytes loaded",
      value: app.bytes / 1024,
      unit: "KiB",
      baseline: `SDKs: ${(sdks.bytes / 1024).toFixed(0)} KiB`,
    },
    {
      what: "memory after loading the app",
      value: app.rssBytes / MIB,
      unit: "MiB",
      aim: "≤ 70",
      baseline: `SDKs: ${rss(sdks)}; bare Node: ${rss(nothing)}`,
    },
  ];
}

/** Node has a compile cache since 22.1; before, every process compiles anew and there is nothing to measure. */
async function cachedRow(directory: string): Promise<Row[]> {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < 22 || (major === 22 && minor < 1)) return [];
  const env = { NODE_COMPILE_CACHE: join(directory, "compile-cache") };
  await load("app", env);
  const [app] = await loadInTurns(["app"], env);
  return [
    { what: "loading the app, with Node's compile cache", value: app?.ms ?? NaN, unit: "ms", aim: "≤ 100" },
  ];
}

/** Medians of several processes each, one after the other in turns; the files are in the page cache. */
async function loadInTurns(names: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Loaded[]> {
  const rounds: Loaded[][] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const loaded: Loaded[] = [];
    for (const name of names) loaded.push(await load(name, env));
    rounds.push(loaded);
  }
  return names.map((_, i) => {
    const median = (of: (loaded: Loaded) => number) =>
      percentile(
        rounds.flatMap((round) => round.slice(i, i + 1).map(of)),
        0.5,
      );
    return {
      ms: median((l) => l.ms),
      files: median((l) => l.files),
      bytes: median((l) => l.bytes),
      rssBytes: median((l) => l.rssBytes),
    };
  });
}

async function load(what: string, env: NodeJS.ProcessEnv): Promise<Loaded> {
  const options = { env: { ...process.env, ...env }, execArgv: [] };
  const child = fork(join(__dirname, "load-probe.js"), [what], options);
  const gone = new Promise((resolve) => child.once("exit", resolve));
  const loaded = (await answerOf(child)) as Loaded;
  await gone;
  return loaded;
}

function answerOf(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.once("message", resolve);
    child.once("exit", (code) => {
      reject(new Error(`a process ended with ${String(code)} before it answered`));
    });
  });
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    if (child.stdout) createInterface({ input: child.stdout }).once("line", resolve);
    child.once("exit", (code) => {
      reject(new Error(`the world ended with ${String(code)} before it was ready`));
    });
  });
}
