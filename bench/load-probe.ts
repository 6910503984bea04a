import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { loadApp } from "../local/functions-host/load";
import { pairsFileOf } from "../local/world/pairs-file";

/** What one process needed to load something. Files and bytes are those of CommonJS modules. */
export interface Loaded {
  readonly ms: number;
  readonly files: number;
  readonly bytes: number;
  readonly rssBytes: number;
}

const projectDirectory = resolve(__dirname, "../..");

/** The SDKs this app uses, each required as a whole. */
const sdks = [
  "@azure/functions",
  "durable-functions",
  "@azure/arm-compute",
  "@azure/identity",
  "@azure/service-bus",
  "@azure/core-rest-pipeline",
];

/** Loads the built app as the worker does, with the settings it refuses to start without. */
function loadTheApp(): void {
  const directory = mkdtempSync(join(tmpdir(), "bench-load-"));
  const id = (side: string) =>
    `/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg/providers/Microsoft.Compute/cloudServices/shop-${side}`;
  const pairs = join(directory, "pairs.json");
  writeFileSync(
    pairs,
    JSON.stringify(pairsFileOf([{ name: "shop", blue: id("blue"), green: id("green") }], 1)),
  );
  Object.assign(process.env, {
    PAIRS_FILE: pairs,
    ServiceBusConnection__fullyQualifiedNamespace: "bench.servicebus.windows.net",
    REQUEST_QUEUE: "swap-requests",
    EVENT_TOPIC: "swap-events",
    TOKEN_ISSUER: "https://issuer.example",
    TOKEN_AUDIENCE: "api://bench",
  });
  const began = performance.now();
  loadApp(projectDirectory);
  report(began);
  rmSync(directory, { recursive: true, force: true });
}

function loadSdks(): void {
  const required = createRequire(join(projectDirectory, "package.json"));
  const began = performance.now();
  for (const name of sdks) required(name);
  report(began);
}

function report(began: number): void {
  const ms = performance.now() - began;
  const required = createRequire(join(projectDirectory, "package.json"));
  const files = Object.keys(required.cache).filter((file) => !file.includes(join("dist", "bench")));
  const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
  const loaded: Loaded = { ms, files: files.length, bytes, rssBytes: process.memoryUsage.rss() };
  // An orderly end: only then does Node write its compile cache.
  process.send?.(loaded, () => process.exit(0));
}

const loads: Readonly<Record<string, () => void>> = {
  app: loadTheApp,
  sdks: loadSdks,
  nothing: () => {
    report(performance.now());
  },
};
loads[process.argv[2] ?? ""]?.();
