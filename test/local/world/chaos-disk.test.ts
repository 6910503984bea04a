import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore } from "../../../local/durable-engine/store";
import type { EntityRecord } from "../../../local/durable-engine/records";
import { followAdvice, tearTail, type Tear } from "../../../local/world/chaos-disk";
import { seededRandom } from "../../../local/world/seeded-random";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "chaos-disk-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const seed = 711;

test(`after a torn write a store opens or names what to cut (seed ${seed})`, async () => {
  const random = seededRandom(seed);
  const whole = join(folder, "whole");
  const before = await openStore(whole);
  for (let i = 0; i < 60; i++) {
    const record = { id: `e-${i}`, state: "x".repeat(random() * 2_000) } as unknown as EntityRecord;
    await before.commit([{ type: "putEntity", record }], () => true);
  }
  await before.close();
  const advised: Tear["kind"][] = [];
  for (let i = 0; i < 40; i++) {
    const torn = join(folder, `torn-${i}`);
    cpSync(whole, torn, { recursive: true });
    const tear = tearTail(torn, random)!;
    const store = await openStore(torn).catch(async (fault: unknown) => {
      expect(followAdvice((fault as Error).message, tear)).toBe(true);
      advised.push(tear.kind);
      return openStore(torn);
    });
    expect(await store.entities()).toHaveLength(60);
    await store.close();
  }
  expect(new Set(advised)).toEqual(new Set(["not its own bytes"]));
});
