import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ignore from "ignore";

const root = join(__dirname, "../..");
const patterns = readFileSync(join(root, ".funcignore"), "utf8").split("\n").filter(Boolean);

function walk(folder: string): string[] {
  return (
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      // Copies with a rule undone come and go while other tests run.
      .filter((entry) => !entry.isDirectory() && !entry.parentPath.includes(".planted"))
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
  );
}

/** What a working copy has besides what is committed and built: git ignores it, a deployment does not by itself. */
const lyingAround = [
  ...[".git/config", ".vscode/settings.json", "local.settings.json", "local.settings.staging.json"],
  ...["coverage/lcov.info", ".stryker-tmp/sandbox/src/app/main.ts"],
  ...[".local-world/pairs.json", "dist/.tsbuildinfo", ".env", ".env.production"],
];

/** Every file that a working copy may have, without packages. */
const tree = [
  ...execFileSync("git", ["ls-files"], { cwd: root, encoding: "utf8" }).split("\n").filter(Boolean),
  ...walk("dist"),
  ...lyingAround,
];

/** The files of the packages that remain after `npm prune --omit=dev`. */
function productionPackages(): string[] {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
    packages: Record<string, { dev?: boolean; optional?: boolean; devOptional?: boolean }>;
  };
  const folders = Object.entries(packages)
    .filter(([folder, { dev, devOptional }]) => folder !== "" && !dev && !devOptional)
    .map(([folder]) => folder)
    .filter((folder) => existsSync(join(root, folder)));
  return [...new Set(folders.flatMap(walk))];
}

function deployed(files: readonly string[], without?: string): string[] {
  const parser = ignore().add(patterns.filter((pattern) => pattern !== without));
  return files.filter((file) => !parser.ignores(file));
}

const belongs = (file: string) =>
  file.startsWith("dist/src/") || file === "host.json" || file === "package.json";

test("a deployment has only the built app, host.json and package.json", () => {
  expect(tree.filter((file) => file.startsWith("dist/src/")).length).toBeGreaterThan(50);
  expect(tree).toEqual(expect.arrayContaining(["dist/local/world/start.js", "host.json", "package.json"]));
  const kept = deployed(tree);
  expect(kept.filter((file) => !belongs(file))).toEqual([]);
  expect(tree.filter((file) => belongs(file) && !kept.includes(file))).toEqual([]);
});

test("a deployment has the whole packages that the app needs", () => {
  const files = productionPackages();
  expect(files.filter((file) => /\/(?:src|docs?|test)\//.test(file)).length).toBeGreaterThan(0);
  expect(files.filter((file) => file.endsWith(".mjs")).length).toBeGreaterThan(0);
  expect(deployed(files)).toEqual(files);
});

test("a deployment has the pairs file and the freeze calendars", () => {
  const own = ["pairs.json", "freezes.ics", "config/pairs.json"];
  expect(deployed(own)).toEqual(own);
});

test.each(patterns)("the pattern %s keeps out something that no other pattern does", (pattern) => {
  expect(deployed(tree, pattern)).not.toEqual(deployed(tree));
});
