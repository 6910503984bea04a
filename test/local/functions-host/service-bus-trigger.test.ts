import { app } from "@azure/functions";
import { startFunctionsHost, type FunctionsHost } from "../../../local/functions-host";
import { createVirtualClock } from "../../support/virtual-clock";
import { openBus, type Bus } from "../../support/service-bus";

const names = ["succeeds-1", "fails-1", "fails-2", "succeeds-2"];

let bus: Bus;
let host: FunctionsHost;
const deliveries = new Map<string, number>();
let gather: Promise<void>;

beforeAll(async () => {
  bus = await openBus({ queues: { q: { LockDuration: "PT1M", MaxDeliveryCount: 3 } } });
  let arrived = 0;
  let go: () => void = () => undefined;
  gather = new Promise((resolve) => (go = resolve));
  host = await startFunctionsHost({
    appDirectory: process.cwd(),
    settings: { Bus: bus.server.connectionString },
    http: { host: "127.0.0.1", port: 0 },
    clock: createVirtualClock(),
    load: () => {
      app.serviceBusQueue("take", {
        connection: "Bus",
        queueName: "q",
        handler: async (body) => {
          const { name } = body as { name: string };
          const seen = (deliveries.get(name) ?? 0) + 1;
          deliveries.set(name, seen);
          if (++arrived === names.length) go();
          await gather;
          if (name.startsWith("fails") && seen === 1) throw new Error("not yet");
        },
      });
    },
  });
});
afterAll(async () => {
  await host.stop();
  await bus.stop();
});

test("messages whose handlers throw come again while others succeed at once", async () => {
  await bus.send("q", ...names.map((name) => ({ body: { name } })));
  await gather;
  while (bus.server.counts("q").active > 0) await new Promise((resolve) => setImmediate(resolve));
  expect(Object.fromEntries(deliveries)).toEqual(
    Object.fromEntries(names.map((name) => [name, name.startsWith("fails") ? 2 : 1])),
  );
});
