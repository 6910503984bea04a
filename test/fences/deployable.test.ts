import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(__dirname, "../..");

test("what is deployed needs no development package", () => {
  const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };
  const imported = execFileSync("git", ["grep", "-hoE", '(\\bfrom|import\\()\\s*"[^."][^"]*"', "--", "src"], {
    cwd: root,
    encoding: "utf8",
  });
  const packages = new Set(
    [...imported.matchAll(/"((?:@[^/"]+\/)?[^/"]+)[^"]*"/g)].map((match) => match[1] ?? ""),
  );
  const outside = [...packages].filter((name) => !name.startsWith("node:") && !(name in dependencies));
  expect(outside).toEqual([]);
});

test("every dependency is pinned to an exact version and justified", () => {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Record<
    "dependencies" | "devDependencies",
    Record<string, string>
  >;
  const justified = readFileSync(join(root, "docs/dependencies.md"), "utf8");
  for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
    expect(`${name} ${version}`).toMatch(/ \d+\.\d+\.\d+$/);
    expect(justified).toContain(`\`${name}\``);
  }
});

test("the published schemas of events and replies are not loaded at run time", () => {
  const published = ["described", "events", "json-schemas", "promotion-reply", "replies"];
  const files = execFileSync("git", ["ls-files", "src"], { cwd: root, encoding: "utf8" }).trim().split("\n");
  const importing = files.filter((file) => {
    const folder = file.startsWith("src/contracts/") ? "\\." : ".*contracts";
    const pattern = new RegExp(`from "${folder}/(${published.join("|")})"`);
    return pattern.test(readFileSync(join(root, file), "utf8"));
  });
  const own = published.map((name) => `src/contracts/${name}.ts`);
  expect(importing.filter((file) => !own.includes(file))).toEqual([]);
  expect(importing).toContain("src/contracts/json-schemas.ts");
});
