import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ServiceBusClient } from "@azure/service-bus";
import { MemoryLevel } from "memory-level";
import { Broker, encodeJson, parseTopology, startServiceBus } from "../../../local/service-bus";
import { LevelJournal } from "../../../local/service-bus/level-journal";
import { impatient, receiveOne, topologyOf } from "../../support/service-bus";
import { createVirtualClock } from "../../support/virtual-clock";

const queues = { q: { LockDuration: "PT5M" } };
const topology = topologyOf({ queues });
const full = "IO error: /data/000003.log: No space left on device";

const createDatabase = () => new MemoryLevel<string, Buffer>({ valueEncoding: "buffer" });

/** A broker on a database whose writes the test can hold up or fail, and a client on it. */
async function openOn(database: MemoryLevel<string, Buffer>) {
  const logged: string[] = [];
  const server = await startServiceBus({
    topology,
    journal: await LevelJournal.open(database),
    log: ({ level, message }) => logged.push(`${level}: ${message}`),
  });
  const client = new ServiceBusClient(server.connectionString, { retryOptions: impatient });
  const stop = async () => {
    await client.close();
    await server.stop();
  };
  return { server, client, logged, stop };
}

/** From now on every write fails; answers with the rollback. */
function breakWrites(database: MemoryLevel<string, Buffer>, why: string): () => void {
  const spy = jest
    .spyOn(database, "batch")
    .mockImplementation((() => Promise.reject(new Error(why))) as never);
  return () => {
    spy.mockRestore();
  };
}

/** A folder that holds n messages: in the log only, or in a table too. */
async function createFolder(messages: number, reopened = false): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "service-bus-"));
  const clock = createVirtualClock();
  const journal = await LevelJournal.open(folder);
  const broker = new Broker({ topology: parseTopology(topology), clock, journal });
  for (let i = 0; i < messages; i++) {
    broker.publish("q", [encodeJson({ body: "x".repeat(500), messageId: `m-${i}` })]);
    await journal.flushed();
  }
  broker.close();
  await journal.close();
  if (reopened) await (await LevelJournal.open(folder)).close();
  return folder;
}

const fileOf = (folder: string, ending: string) => {
  const name = readdirSync(folder).find(
    (file) => file.endsWith(ending) && readFileSync(join(folder, file)).length > 0,
  );
  if (name === undefined) throw new Error(`there is no ${ending}`);
  return join(folder, name);
};

function flipByte(file: string, at: (size: number) => number): void {
  const bytes = readFileSync(file);
  const offset = at(bytes.length);
  bytes[offset] = (bytes[offset] ?? 0) ^ 0xff;
  writeFileSync(file, bytes);
}

test("a send is acknowledged, and seen by receivers, only once it is stored", async () => {
  const database = createDatabase();
  const { server, client, stop } = await openOn(database);
  const write = database.batch.bind(database) as (...args: unknown[]) => Promise<void>;
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  database.batch = (async (...args: unknown[]) => {
    await held;
    await write(...args);
  }) as unknown as typeof database.batch;
  let acknowledged = false;
  const sending = client
    .createSender("q")
    .sendMessages({ body: 1 })
    .then(() => (acknowledged = true));
  const receiver = client.createReceiver("q");
  expect(await receiver.receiveMessages(1, { maxWaitTimeInMs: 200 })).toEqual([]);
  expect({ acknowledged, known: server.counts("q").active }).toEqual({ acknowledged: false, known: 1 });
  release();
  await sending;
  expect((await receiveOne(receiver)).body).toBe(1);
  await stop();
});

test("a full disk refuses sends and settlements, and a restart keeps the acknowledged", async () => {
  const database = createDatabase();
  const { client, logged, stop } = await openOn(database);
  const sender = client.createSender("q");
  await sender.sendMessages([{ body: "kept" }, { body: "also kept" }]);
  const receiver = client.createReceiver("q", { maxAutoLockRenewalDurationInMs: 0 });
  const message = await receiveOne(receiver);
  const repair = breakWrites(database, full);
  const refused = /could not be written \(IO error: .*000003\.log: No space left.*make room, then restart/;
  await expect(sender.sendMessages({ body: "lost?" })).rejects.toMatchObject({
    code: "QuotaExceeded",
    message: expect.stringMatching(refused),
  });
  repair();
  await expect(sender.sendMessages({ body: "the disk would have room" })).rejects.toThrow(refused);
  await expect(receiver.completeMessage(message)).rejects.toThrow(refused);
  await expect(sender.scheduleMessages({ body: 1 }, new Date(Date.now() + 60_000))).rejects.toThrow(refused);
  expect(await receiver.receiveMessages(1, { maxWaitTimeInMs: 100 })).toEqual([]);
  expect(logged.filter((line) => line.startsWith("error"))).toEqual([expect.stringMatching(refused)]);
  await stop();

  const after = await openOn(database);
  const bodies = [];
  const again = after.client.createReceiver("q", { receiveMode: "receiveAndDelete" });
  for (const { body } of await again.receiveMessages(9, { maxWaitTimeInMs: 300 }))
    bodies.push(body as unknown);
  expect(bodies).toEqual(["kept", "also kept"]);
  await after.stop();
});

test("a settlement whose write fails is refused, and a restart finds the message", async () => {
  const database = createDatabase();
  const { client, stop } = await openOn(database);
  await client.createSender("q").sendMessages({ body: "settled?" });
  const receiver = client.createReceiver("q");
  const message = await receiveOne(receiver);
  const repair = breakWrites(database, "IO error: /data/000003.log: Input/output error");
  await expect(receiver.completeMessage(message)).rejects.toThrow(
    /Input\/output error.*see to the disk, then restart/,
  );
  repair();
  await stop();
  const after = await openOn(database);
  expect(after.server.counts("q").active).toBe(1);
  await after.stop();
});

test("a record that was changed, or is gone, is found at the start and named", async () => {
  const database = createDatabase();
  const { client, stop } = await openOn(database);
  await client.createSender("q").sendMessages([{ body: 1 }, { body: 2 }]);
  await stop();
  await database.open();
  const key = "m/q\u00000000000000000002";
  const record = (await database.get(key))!;
  await database.put(key, Buffer.concat([record.subarray(0, -1), Buffer.from("?")]));
  await database.close();
  await expect(LevelJournal.open(database)).rejects.toThrow(
    /store in memory is damaged: the record "m\/q\\u00000000000000000002" is not what was written.*move it away to start empty/,
  );
  await database.open();
  await database.del(key);
  await database.close();
  await expect(LevelJournal.open(database)).rejects.toThrow(/3 records were written last and 2 are there/);
});

test("a write that was torn off is passed over, and all that was acknowledged is there", async () => {
  const folder = await createFolder(3);
  const log = fileOf(folder, ".log");
  appendFileSync(log, readFileSync(log).subarray(0, 300));
  const journal = await LevelJournal.open(folder);
  expect(journal.stored.messages.get("q")).toHaveLength(3);
  await journal.close();
});

test("finds a broken log record that LevelDB would skip, with its file and place", async () => {
  const folder = await createFolder(5);
  const log = fileOf(folder, ".log");
  flipByte(log, (size) => Math.floor(size / 2));
  await expect(LevelJournal.open(folder)).rejects.toThrow(
    /is damaged: .*\.log holds a broken record at byte \d+.*Put back a copy of the folder, or move it away/,
  );
  await expect(startServiceBus({ topology, dataDirectory: folder })).rejects.toThrow(
    /\.log holds a broken record/,
  );
});

test.each([
  ["its beginning", () => 20],
  ["its middle", (size: number) => Math.floor(size / 2)],
  ["its end", (size: number) => size - 1],
])("a table damaged at %s is found at the start", async (_where, at) => {
  const folder = await createFolder(40, true);
  flipByte(fileOf(folder, ".ldb"), at);
  await expect(LevelJournal.open(folder)).rejects.toThrow(/is damaged: /);
});

test("a file that is missing is found at the start", async () => {
  const folder = await createFolder(3, true);
  rmSync(fileOf(folder, ".ldb"));
  await expect(LevelJournal.open(folder)).rejects.toThrow(/is damaged: .*(missing|No such file)/);
});

test("a store in use says so", async () => {
  const folder = await createFolder(1);
  const first = await LevelJournal.open(folder);
  await expect(LevelJournal.open(folder)).rejects.toThrow(/is another world using it\?/);
  await first.close();
});

test("keeps and reports messages of a queue that left the topology", async () => {
  const folder = await createFolder(2);
  const lines: string[] = [];
  const other = topologyOf({ queues: { other: {} } });
  const server = await startServiceBus({
    topology: other,
    dataDirectory: folder,
    log: ({ message }) => lines.push(message),
  });
  await server.stop();
  expect(lines).toEqual(["the store holds messages of q, which the topology does not name; they stay there"]);
  const again = await startServiceBus({ topology, dataDirectory: folder });
  expect(again.counts("q").active).toBe(2);
  await again.stop();
});
