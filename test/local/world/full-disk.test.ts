import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createWorldLog } from "../../../local/world/world-log";

const store = join(__dirname, "../../../dist/local/durable-engine/store.js");

/** Runs a script with a file size limit of 16 blocks: the kernel writes what fits, then refuses. */
function runWithSmallFiles(script: string): { status: number | null; stdout: string; stderr: string } {
  return spawnSync("sh", ["-c", 'ulimit -f 16 && exec "$0" -e "$1"', process.execPath, script], {
    encoding: "utf8",
  });
}

test("after a write cut short by a full disk the store keeps all it acknowledged", () => {
  const location = mkdtempSync(join(tmpdir(), "full-disk-"));
  const { stdout, stderr, status } = runWithSmallFiles(`
    const { openStore } = require(${JSON.stringify(store)});
    const put = (to, id) => to.commit([{ type: "putEntity", record: { id, state: "x".repeat(700) } }], () => true);
    (async () => {
      const store = await openStore(${JSON.stringify(location)});
      const acknowledged = [];
      let refused = 0;
      for (let i = 0; i < 60; i++) {
        await put(store, "e-" + i).then(() => acknowledged.push("e-" + i), () => refused++);
      }
      const again = await store.entities();
      await store.close();
      const after = await openStore(${JSON.stringify(location)});
      const found = (await after.entities()).map(({ id }) => id);
      const lost = acknowledged.filter((id) => !found.includes(id));
      console.log(JSON.stringify({ refused, acknowledged: acknowledged.length, seen: again.length, lost }));
    })().catch((fault) => { console.error(fault.message); process.exit(1); });
  `);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const described = JSON.parse(stdout) as { refused: number; acknowledged: number; lost: string[] };
  expect(described.lost).toEqual([]);
  expect(described.refused).toBeGreaterThan(0);
  expect(described.acknowledged).toBeGreaterThan(40);
});

test("a log that cannot be written loses lines, stops nothing, and continues later", async () => {
  const folder = join(mkdtempSync(join(tmpdir(), "world-log-")), "not-there-yet");
  const file = join(folder, "world.log");
  const log = createWorldLog(file);
  log.line("a", "warning", "lost");
  await new Promise((resolve) => setTimeout(resolve, 20));
  mkdirSync(folder);
  for (let line = 0; line < 1_000 && !existsSync(file); line++) {
    log.line("a", "warning", "kept");
    await new Promise((resolve) => setImmediate(resolve));
  }
  await log.close();
  expect(readFileSync(file, "utf8")).toMatch(/warning a: kept\n$/);
});
