import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(__dirname, "../..");

/** Words that the field does not use for these ideas, or that had two names here (docs/glossary.md). */
const retired =
  /\b(?:openings?|swap-backs?|swapped[- ]back|swapping[- ]back|ways? back|arbiters?|ledgers?|(?:re-?)?enlist\w*|delist\w*|janitors?|chores?|complain\w*|clip(?:s|ped)?|leaveOut|testimon\w+|witness\w*|stand(?:s|ing)? in line|step-aside|give-back|take-turn|awaiting-turn|told|tells?(?! them apart)|telling|looked at|stops? the line|come to the lease)\b|(?:Opening|SwapBack|WayBack|Enlist|Janitor|Complaint|Ledger|Arbiter)/;

function filesOf(folder: string, pattern: RegExp): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => pattern.test(name) && !/probe-\w\.ts$/.test(name))
    .map((name) => join(folder, name));
}

const files = [
  ...filesOf("src", /\.ts$/),
  ...filesOf("docs", /\.(?:md|json)$/),
  "README.md",
  "CONTRIBUTING.md",
];

test("code, docs and schemas use no retired word", () => {
  expect(files.length).toBeGreaterThan(200);
  const found = files.flatMap((file) =>
    readFileSync(join(root, file), "utf8")
      .split("\n")
      .flatMap((line, n) => (retired.test(line) ? [`${file}:${n + 1}: ${line.trim().slice(0, 100)}`] : [])),
  );
  expect(found).toEqual([]);
});

test.each([
  "the ledger's entry",
  "awaiting-turn",
  "a swap-back",
  "createJanitor",
  "complaintsOf",
  "people are told",
])("%s would be found", (text) => {
  expect(retired.test(text)).toBe(true);
});
