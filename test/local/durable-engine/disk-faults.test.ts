import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ClassicLevel } from "classic-level";
import { MemoryLevel } from "memory-level";
import { openTaskHub, type TaskHub } from "../../../local/durable-engine";
import { useHostileApp } from "../../support/hostile-app";
import { ran } from "../../support/hostile-functions";
import { openHostileHub, type HostileHub } from "../../support/hostile-hub";
import { createVirtualClock } from "../../support/virtual-clock";

const hostileApp = useHostileApp();
let world: HostileHub | undefined;
let location: string;

beforeEach(() => {
  location = mkdtempSync(join(tmpdir(), "hostile-disk-"));
});
afterEach(async () => {
  await world?.stop();
  world = undefined;
  rmSync(location, { recursive: true, force: true });
});

/** Waits for real disks too. */
async function until(what: () => Promise<boolean>): Promise<void> {
  while (!(await what())) await new Promise((done) => setTimeout(done, 2));
}

const statusIs = (of: HostileHub, id: string, status: string) => async () =>
  (await of.statusOf(id)).runtimeStatus === status;

/** Leaves an instance that waits for two events on disk, closed in order. */
async function leaveWaiting(): Promise<void> {
  const before = await openHostileHub(hostileApp(), { location });
  await before.call("POST", "orchestrators/gather/g", "input of g");
  await until(statusIs(before, "g", "Running"));
  await before.stop();
}

const open = (): Promise<TaskHub> => openTaskHub({ location, settings: {}, clock: createVirtualClock() });

function logFile(): string {
  const name = readdirSync(location).find((each) => each.endsWith(".log"));
  if (name === undefined) throw new Error("there is no log");
  return join(location, name);
}

test("a full disk is a fault for the waiting client, and nothing acts on lost writes", async () => {
  const database = new MemoryLevel();
  world = await openHostileHub(hostileApp(), { database });
  const full = Object.assign(new Error("IO error: No space left on device"), { code: "ENOSPC" });
  const batch = jest.spyOn(database, "batch").mockRejectedValue(full as never);
  const refused = await world.call("POST", "orchestrators/worker/w");
  expect(refused.status).toBe(500);
  expect(JSON.stringify(refused.body)).toMatch(/could not be written: IO error: No space left.*make room/);
  await world.settle();
  expect([ran, (await world.call("GET", "instances/w")).status]).toEqual([[], 404]);
  batch.mockRestore();
  expect((await world.call("POST", "orchestrators/worker/w")).status).toBe(202);
  await world.settle();
  expect(await world.statusOf("w")).toMatchObject({ runtimeStatus: "Completed" });
});

test("work that meets a full disk is logged, and done again without a restart", async () => {
  const database = new MemoryLevel();
  world = await openHostileHub(hostileApp(), { database });
  await world.call("POST", "orchestrators/gather/g");
  await world.settle();
  await world.call("POST", "instances/g/raiseEvent/go", 1);
  const batch = jest.spyOn(database, "batch").mockRejectedValue(new Error("No space left") as never);
  await world.advance(5_000);
  expect(world.logged.filter((line) => line.includes("No space left")).length).toBeGreaterThan(2);
  batch.mockRestore();
  await world.advance(1_000);
  await world.call("POST", "instances/g/raiseEvent/go", 2);
  await world.settle();
  expect(await world.statusOf("g")).toMatchObject({ runtimeStatus: "Completed", output: [1, 2] });
});

test("a write torn by the end of the file was not acknowledged, and work goes on", async () => {
  await leaveWaiting();
  const level = new ClassicLevel(location);
  await level.put("x/torn", "a".repeat(500), { sync: true });
  await level.close();
  const size = readFileSync(logFile()).length;
  truncateSync(logFile(), size - 100);
  world = await openHostileHub(hostileApp(), { location });
  expect(await world.statusOf("g")).toMatchObject({ runtimeStatus: "Running", input: "input of g" });
  await world.call("POST", "instances/g/raiseEvent/go", 1);
  await world.call("POST", "instances/g/raiseEvent/go", 2);
  await until(statusIs(world, "g", "Completed"));
});

test("a log broken in the middle is refused, with its name and what to do", async () => {
  await leaveWaiting();
  const file = logFile();
  const bytes = readFileSync(file);
  bytes.writeUInt8(bytes.readUInt8(60) ^ 0xff, 60);
  writeFileSync(file, bytes);
  await expect(open()).rejects.toThrow(
    new RegExp(`${file} holds a broken record at byte 0.*Put back a copy`),
  );
});

test("a record that differs from what was written is refused with its key", async () => {
  await leaveWaiting();
  const level = new ClassicLevel(location);
  const record = (await level.get("i/g")) ?? "";
  await level.put("i/g", record.replace("Running", "Pending"), { sync: true });
  await level.close();
  await expect(open()).rejects.toThrow(
    /damaged: the record "i\/g" is not what was written: its checksum does not fit/,
  );
});

test("a damaged history stops its own instance, loudly, and no other", async () => {
  await leaveWaiting();
  const level = new ClassicLevel(location);
  const [key] = await level.keys({ gte: "h/", limit: 1 }).all();
  await level.put(key ?? "", "deadbeef[]", { sync: true });
  await level.close();
  world = await openHostileHub(hostileApp(), { location });
  await world.call("POST", "instances/g/raiseEvent/go", 1);
  await world.call("POST", "orchestrators/worker/w");
  await until(statusIs(world, "w", "Completed"));
  expect(world.logged.join()).toContain("g could not be carried out: Error: the durable store");
  expect(await world.statusOf("g")).toMatchObject({ runtimeStatus: "Running" });
});

test("a store in use, or without one of its files, is refused with the reason", async () => {
  await leaveWaiting();
  const held = await open();
  await expect(open()).rejects.toThrow(
    `the durable store ${location} cannot be opened: another world is using it`,
  );
  await held.close();
  rmSync(join(location, "CURRENT"));
  writeFileSync(join(location, "CURRENT"), "nonsense");
  await expect(open()).rejects.toThrow(`the durable store ${location} is damaged: it cannot be opened`);
});
