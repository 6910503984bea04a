import rhea, { type Connection, type Delivery } from "rhea";

/** What AMQP between two processes costs without a broker: rhea on both sides, no store, no locks. */
export async function measureBareAmqp(
  port: number,
  body: Buffer,
): Promise<{ singly: number; pipelined: number; roundTrips: readonly number[] }> {
  const container = rhea.create_container();
  const connection = container.connect({ host: "127.0.0.1", port, reconnect: false });
  await once(connection, "connection_open");
  const singly = await send(connection, body, 3_000, 1);
  const pipelined = await send(connection, body, 20_000, 1_000);
  const roundTrips = await echo(connection, body, 500);
  connection.close();
  await once(connection, "connection_close");
  return { singly, pipelined, roundTrips };
}

/** Messages per second with so many unacknowledged at a time. */
async function send(connection: Connection, body: Buffer, count: number, atOnce: number): Promise<number> {
  const sender = connection.open_sender("sink");
  await once(sender, "sendable");
  const began = performance.now();
  let sent = 0;
  let accepted = 0;
  await new Promise<void>((resolve) => {
    const more = () => {
      while (sent < count && sent - accepted < atOnce && sender.sendable()) {
        sender.send({ body });
        sent++;
      }
    };
    sender.on("accepted", (_: { delivery?: Delivery }) => {
      if (++accepted === count) resolve();
      else more();
    });
    sender.on("sendable", more);
    more();
  });
  const speed = count / ((performance.now() - began) / 1_000);
  sender.close();
  return speed;
}

async function echo(connection: Connection, body: Buffer, count: number): Promise<number[]> {
  const receiver = connection.open_receiver("echo");
  const sender = connection.open_sender("echo");
  await once(sender, "sendable");
  const latencies: number[] = [];
  for (let i = 0; i < count; i++) {
    const back = once(receiver, "message");
    const began = performance.now();
    sender.send({ body });
    await back;
    latencies.push(performance.now() - began);
  }
  return latencies;
}

function once(emitter: { once(event: string, listener: () => void): unknown }, event: string): Promise<void> {
  return new Promise((resolve) => {
    emitter.once(event, resolve);
  });
}
