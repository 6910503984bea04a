import { fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ServiceBusClient } from "@azure/service-bus";
import type { Benchmark, Row } from "./benchmark";
import { percentile } from "./distribution";
import { measureBareAmqp } from "./bare-amqp";

const BATCH = 200;
const body = { id: "0123456789", kind: "job", payload: "x".repeat(480) };
const rate = (count: number, began: number) => count / ((performance.now() - began) / 1_000);

/** The broker in a process of its own, the unmodified SDK in this one; bodies of about 520 bytes. */
export const benchmark: Benchmark = {
  name: "service-bus",
  title: "Service Bus broker: messages per second and latency between two processes",
  async run() {
    const bare = await withPeer(["echo"], (port) =>
      measureBareAmqp(Number(port), Buffer.from(JSON.stringify(body))),
    );
    const directory = mkdtempSync(join(tmpdir(), "bench-bus-"));
    try {
      const disk = await withPeer(["broker", join(directory, "store")], measureBroker);
      const memory = await withPeer(["broker"], measureBroker);
      return rowsOf(disk, memory, bare);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
};

interface Speeds {
  readonly inSingle: number;
  readonly inBatches: number;
  readonly outOne: number;
  readonly outSixteen: number;
  readonly both: number;
  readonly latencies: readonly number[];
}

/** Starts the other process, measures with its address, ends it. */
async function withPeer<T>(args: readonly string[], measure: (address: string) => Promise<T>): Promise<T> {
  const child = fork(join(__dirname, "bus-peer.js"), args);
  try {
    const address = await new Promise<string>((resolve, reject) => {
      child.once("message", (message) => {
        resolve(message as string);
      });
      child.once("exit", (code) => {
        reject(new Error(`the other process ended with ${String(code)}`));
      });
    });
    return await measure(address);
  } finally {
    child.kill();
  }
}

async function measureBroker(connectionString: string): Promise<Speeds> {
  const client = new ServiceBusClient(connectionString);
  try {
    await sendBatches(client, "in", 2_000); // both processes compile
    const inSingle = await sendSingly(client, 1_500);
    const inBatches = await sendBatches(client, "in", 10_000);
    await sendBatches(client, "out", 11_000); // a receiver that closes may have taken a few more
    await receive(client, "out", 500, 16);
    const outOne = await receive(client, "out", 2_000, 1);
    const outSixteen = await receive(client, "out", 8_000, 16);
    const began = performance.now();
    const received = receive(client, "both", 8_000, 64);
    await sendBatches(client, "both", 8_000);
    await received;
    const both = rate(8_000, began);
    return { inSingle, inBatches, outOne, outSixteen, both, latencies: await measureLatency(client, 500) };
  } finally {
    await client.close();
  }
}

async function sendSingly(client: ServiceBusClient, count: number): Promise<number> {
  const sender = client.createSender("in");
  await sender.sendMessages({ body });
  const began = performance.now();
  for (let i = 0; i < count; i++) await sender.sendMessages({ body });
  const speed = rate(count, began);
  await sender.close();
  return speed;
}

async function sendBatches(client: ServiceBusClient, queue: string, count: number): Promise<number> {
  const sender = client.createSender(queue);
  const began = performance.now();
  for (let sent = 0; sent < count; sent += BATCH) {
    await sender.sendMessages(Array.from({ length: Math.min(BATCH, count - sent) }, () => ({ body })));
  }
  const speed = rate(count, began);
  await sender.close();
  return speed;
}

/** Receives and completes; from the first message to the last. */
async function receive(
  client: ServiceBusClient,
  queue: string,
  count: number,
  maxConcurrentCalls: number,
): Promise<number> {
  const receiver = client.createReceiver(queue);
  let began = 0;
  let received = 0;
  await new Promise<void>((resolve, reject) => {
    receiver.subscribe(
      {
        processMessage: () => {
          if (received++ === 0) began = performance.now();
          if (received === count) resolve();
          return Promise.resolve();
        },
        processError: ({ error }) => {
          reject(error);
          return Promise.resolve();
        },
      },
      { maxConcurrentCalls },
    );
  });
  const speed = rate(count, began);
  await receiver.close();
  return speed;
}

/** One message at a time: from before it is sent until its handler runs. */
async function measureLatency(client: ServiceBusClient, count: number): Promise<number[]> {
  const sender = client.createSender("latency");
  const receiver = client.createReceiver("latency");
  let arrived: () => void = () => undefined;
  receiver.subscribe({
    processMessage: () => {
      arrived();
      return Promise.resolve();
    },
    processError: () => Promise.resolve(),
  });
  const latencies: number[] = [];
  for (let i = -20; i < count; i++) {
    const arrival = new Promise<void>((resolve) => (arrived = resolve));
    const began = performance.now();
    await sender.sendMessages({ body });
    await arrival;
    if (i >= 0) latencies.push(performance.now() - began);
  }
  await receiver.close();
  await sender.close();
  return latencies;
}

type Bare = Awaited<ReturnType<typeof measureBareAmqp>>;

function rowsOf(disk: Speeds, memory: Speeds, bare: Bare): Row[] {
  const speed = (what: string, of: (speeds: Speeds) => number, raw?: string): Row => ({
    what: `${what}, on disk`,
    value: of(disk),
    unit: "msg/s",
    baseline: [`in memory ${of(memory).toFixed(0)}`, ...(raw === undefined ? [] : [`bare AMQP ${raw}`])].join(
      "; ",
    ),
  });
  const latency = (name: string, share: number): Row => ({
    what: `latency from send to handler, on disk, ${name}`,
    value: percentile(disk.latencies, share),
    unit: "ms",
    baseline: `in memory ${percentile(memory.latencies, share).toFixed(2)}; bare AMQP there and back ${percentile(bare.roundTrips, share).toFixed(2)}`,
  });
  return [
    speed("in, one at a time", (s) => s.inSingle, bare.singly.toFixed(0)),
    speed(`in, batches of ${BATCH}`, (s) => s.inBatches, `${bare.pipelined.toFixed(0)} unbatched`),
    speed("out, received and completed one at a time", (s) => s.outOne),
    speed("out, 16 at a time", (s) => s.outSixteen),
    speed("in and out together, 64 at a time", (s) => s.both),
    latency("p50", 0.5),
    latency("p99", 0.99),
  ];
}
