import { existsSync, mkdirSync, mkdtempSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prepareDataFolder } from "../../../local/world/data-folder";

const place = () => mkdtempSync(join(tmpdir(), "data-folder-"));
const file = (...path: string[]) => {
  const name = join(...path);
  writeFileSync(name, "x");
  return name;
};

test("creates the folder and its subfolders for their owner only", () => {
  const data = join(place(), "a", "b");
  prepareDataFolder(data, false);
  expect(readdirSync(data).sort()).toEqual(["durable", "identity", "resource-manager", "service-bus"]);
  expect(statSync(data).mode & 0o777).toBe(0o700);
});

test.each<[what: string, spoil: (folder: string) => string]>([
  ["it is a file", (folder) => file(folder, "f")],
  ["a file is above it", (folder) => join(file(folder, "f"), "data")],
  ...["durable", "identity", "resource-manager", "service-bus"].map(
    (part): [string, (f: string) => string] => [
      `a file stands where ${part} would be`,
      (folder) => {
        file(folder, part);
        return folder;
      },
    ],
  ),
  ...["pairs.json", "ports.json", "world.json", "world.log"].map((name): [string, (f: string) => string] => [
    `a folder stands where ${name} would be`,
    (folder) => {
      mkdirSync(join(folder, name));
      return folder;
    },
  ]),
])("reports at once that a folder cannot be used when %s", (_, spoil) => {
  const data = spoil(place());
  expect(() => {
    prepareDataFolder(data, false);
  }).toThrow(`the data folder ${data} cannot be used`);
});

test("forgetting a world deletes only the files of that world", () => {
  const data = place();
  for (const name of ["world.json", "pairs.json", "mine.txt"]) file(data, name);
  mkdirSync(join(data, "durable"));
  file(data, "durable", "x.log");
  prepareDataFolder(data, true);
  expect(existsSync(join(data, "durable", "x.log"))).toBe(false);
  expect(readdirSync(data)).toContain("mine.txt");
  expect(readdirSync(data)).not.toContain("world.json");
});
