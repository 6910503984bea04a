import rhea, {
  type Connection,
  type Receiver,
  type ReceiverOptions,
  type Sender,
  type SenderOptions,
  type Session,
} from "rhea";
import { openBus, until, type Bus } from "../support/service-bus";

// Rules that clients other than the JavaScript SDK need. The .NET client closes the connection on each violation.

let bus: Bus;
beforeAll(async () => {
  bus = await openBus({
    queues: { plain: {}, deleting: {}, eager: {}, proof: {} },
    topics: { events: { all: [] } },
  });
});
afterAll(() => bus.stop());

/** A session of a bare AMQP client with everything the broker sends to it. */
interface Peer {
  readonly session: Session;
  readonly dispositions: unknown[];
  /** Encoded messages by link, in order of arrival. */
  readonly payloads: { readonly link: string; readonly bytes: Buffer }[];
}

/** Internals of rhea. */
interface Performatives {
  on_transfer: (frame: { performative: { handle: number }; payload: Buffer }) => void;
  on_disposition: (frame: { performative: unknown }) => void;
  readonly remote: { readonly handles: Readonly<Record<number, { readonly name: string }>> };
}

const connections: Connection[] = [];
const troubles: string[] = [];
afterEach(async () => {
  for (const connection of connections.splice(0)) {
    connection.close();
    await until(() => connection.is_closed(), "the connection is closed");
  }
  expect(troubles.splice(0)).toEqual([]);
});

function connect(credentials: { username?: string; password?: string } = {}): Connection {
  const container = rhea.create_container();
  container.on("error", (fault: Error) => troubles.push(fault.message));
  const { port } = bus.server;
  const connection = container.connect({ host: "127.0.0.1", port, reconnect: false, ...credentials });
  connections.push(connection);
  return connection;
}

/** A session that records every frame. */
function openSession(connection = connect()): Peer {
  const session = connection.create_session();
  const peer: Peer = { session, dispositions: [], payloads: [] };
  const inner = session as unknown as Performatives;
  const { on_transfer: transfer, on_disposition: disposition } = inner;
  inner.on_transfer = function onTransfer(frame) {
    const link = inner.remote.handles[frame.performative.handle]?.name ?? "";
    peer.payloads.push({ link, bytes: Buffer.from(frame.payload) });
    transfer.call(this, frame);
  };
  inner.on_disposition = function onDisposition(frame) {
    peer.dispositions.push(frame.performative);
    disposition.call(this, frame);
  };
  session.begin();
  return peer;
}

async function openSender({ session }: Peer, options: SenderOptions): Promise<Sender> {
  const sender = session.open_sender(options);
  await until(() => sender.sendable() || troubles.length > 0, "the sender may send");
  return sender;
}

async function openReceiver({ session }: Peer, options: ReceiverOptions): Promise<Receiver> {
  const receiver = session.open_receiver(options);
  await until(() => receiver.is_open() || troubles.length > 0, "the receiver is open");
  return receiver;
}

/** Waits until the broker has answered everything sent before. */
async function settleOne(peer: Peer): Promise<void> {
  const proof = await openSender(peer, { target: "proof" });
  const accepted = new Promise((resolve) => proof.once("accepted", resolve));
  proof.send({ body: "sent unsettled" });
  await accepted;
}

const settled = { snd_settle_mode: 1, rcv_settle_mode: 0 } as const;

/** The request and reply links of a client at a node. `reply` is the client's address. */
async function openDuplex(peer: Peer, node: string, reply: string) {
  const sender = await openSender(peer, { name: `${reply}:sender`, target: node, ...settled });
  const target = { address: reply };
  await openReceiver(peer, { name: `${reply}:receiver`, source: node, target, ...settled });
  return (message_id: string, application_properties: Record<string, string>, body: unknown = "token") =>
    sender.send({ message_id, reply_to: reply, application_properties, body });
}

const putToken = {
  operation: "put-token",
  name: "sb://127.0.0.1/plain",
  type: "servicebus.windows.net:sastoken",
};
const peek = { operation: "com.microsoft:peek-message" };
const peekOne = { "from-sequence-number": 0, "message-count": 1 };

/** Whether an application property is an AMQP int, which has four bytes or one. */
function isInt(bytes: Buffer, name: string): boolean {
  return [0x71, 0x54].includes(typeAfter(bytes, name) ?? 0);
}

/** The AMQP constructor of the value after a name. */
function typeAfter(bytes: Buffer, name: string): number | undefined {
  return bytes[bytes.indexOf(name) + name.length];
}

test("the status of every $cbs and $management reply is an int", async () => {
  const peer = openSession();
  const cbs = await openDuplex(peer, "$cbs", "tokens");
  cbs("1", putToken);
  const management = await openDuplex(peer, "plain/$management", "requests");
  management("2", peek, peekOne);
  management("3", { operation: "com.microsoft:no-such-thing" }, {});
  await until(() => peer.payloads.length === 3, "all are answered");
  const [granted, peeked, refused] = peer.payloads.map(({ bytes }) => bytes);
  expect(isInt(granted!, "status-code")).toBe(true);
  expect([peeked, refused].map((bytes) => isInt(bytes!, "statusCode"))).toEqual([true, true]);
});

test("the condition of a refusal is a symbol", async () => {
  const peer = openSession();
  const management = await openDuplex(peer, "plain/$management", "requests");
  management("1", { operation: "com.microsoft:cancel-scheduled-message" }, { "sequence-numbers": [7] });
  await until(() => peer.payloads.length === 1, "it is answered");
  const { bytes } = peer.payloads[0]!;
  expect(bytes.includes("com.microsoft:message-not-found")).toBe(true);
  expect(typeAfter(bytes, "errorCondition")).toBe(0xa3);
});

test("a refused link is attached without its missing end, then detached with a reason", async () => {
  const peer = openSession();
  const filter = { "com.microsoft:session-filter": null };
  const links: unknown[] = [
    await openSender(peer, { target: "nope" }),
    await openReceiver(peer, { source: "nope" }),
    await openReceiver(peer, { source: { address: "plain", filter } }),
  ];
  await until(() => troubles.length === 3, "all are refused");
  expect(troubles.splice(0)).toEqual([
    expect.stringContaining("'nope' could not be found"),
    expect.stringContaining("'nope' could not be found"),
    "This broker has no sessions.",
  ]);
  const [sender, ...receivers] = links as [Sender, Receiver, Receiver];
  const ends: ({ address?: unknown } | null)[] = [sender.target, ...receivers.map(({ source }) => source)];
  expect(ends.map((end) => end?.address)).toEqual([undefined, undefined, undefined]);
});

test.each([0, 1, 2] as const)(
  "a link has the settle modes its client asked for: sender's %i, both directions",
  async (snd_settle_mode) => {
    const peer = openSession();
    for (const rcv_settle_mode of [0, 1] as const) {
      for (const node of ["plain", "$cbs", "plain/$management"]) {
        const modes = { snd_settle_mode, rcv_settle_mode };
        const links: unknown[] = [
          await openSender(peer, { target: node, ...modes }),
          await openReceiver(peer, { source: node, credit_window: 0, ...modes }),
        ];
        for (const link of links as { snd_settle_mode?: number; rcv_settle_mode?: number }[]) {
          // AMQP's defaults for what the broker omits.
          const described = {
            snd_settle_mode: link.snd_settle_mode ?? 2,
            rcv_settle_mode: link.rcv_settle_mode ?? 0,
          };
          expect({ node, ...described }).toEqual({ node, ...modes });
        }
      }
    }
  },
);

test.each([
  "plain",
  "/plain",
  "/Plain",
  "amqps://127.0.0.1/plain",
  "amqp://127.0.0.1:5672/plain",
  "sb://h/plain",
])("a queue answers to %s, and so do its nodes", async (address) => {
  const peer = openSession();
  const sender = await openSender(peer, { target: { address } });
  const receiver = await openReceiver(peer, { source: { address }, credit_window: 0 });
  expect([sender.target.address, receiver.source.address]).toEqual([address, address]);
  const arrived: unknown[] = [];
  receiver.on("message", ({ message }) => arrived.push(message?.body));
  sender.send({ body: "hello" });
  receiver.add_credit(1);
  await until(() => arrived.length === 1, "the message comes back");
  expect(arrived).toEqual(["hello"]);
  const ask = await openDuplex(peer, `${address}/$management`, "management");
  ask("1", peek, peekOne);
  await until(() => peer.payloads.length === 2, "the management node answers");
});

test("subscriptions, dead-letter queues and $cbs answer with or without a slash", async () => {
  const peer = openSession();
  for (const source of [
    "/events/Subscriptions/all",
    "/plain/$DeadLetterQueue",
    "/events/subscriptions/ALL",
  ]) {
    await openReceiver(peer, { source });
  }
  const sender = await openSender(peer, { target: "/$cbs" });
  await openReceiver(peer, { source: "$cbs", target: { address: "mixed" } });
  sender.send({ message_id: "1", reply_to: "mixed", application_properties: putToken, body: "token" });
  await until(() => peer.payloads.length === 1, "the token is granted");
});

test("a node answers several clients on one connection, each on its own link", async () => {
  const connection = connect();
  const [first, second] = [openSession(connection), openSession(connection)];
  const asks = [
    await openDuplex(first, "$cbs", "a"),
    await openDuplex(first, "/$cbs", "b"),
    await openDuplex(second, "$cbs", "c"),
  ];
  // Each client uses the same message id: links are independent.
  for (const ask of asks) ask("request1", putToken);
  await until(() => first.payloads.length === 2 && second.payloads.length === 1, "each is answered");
  const linksOf = ({ payloads }: Peer) => payloads.map(({ link }) => link).sort();
  expect([first, second].map(linksOf)).toEqual([["a:receiver", "b:receiver"], ["c:receiver"]]);
});

test("a node answers on the session of the reply link", async () => {
  const connection = connect();
  const [asking, listening] = [openSession(connection), openSession(connection)];
  const sender = await openSender(asking, { target: "$cbs" });
  await openReceiver(listening, { name: "replies", source: "$cbs", target: { address: "elsewhere" } });
  sender.send({ message_id: "1", reply_to: "elsewhere", application_properties: putToken, body: "token" });
  await until(() => listening.payloads.length === 1, "the answer comes");
  expect(listening.payloads[0]?.link).toBe("replies");
});

test("no disposition is sent for a transfer that is already settled", async () => {
  const peer = openSession();
  const ask = await openDuplex(peer, "$cbs", "tokens");
  ask("1", putToken);
  await until(() => peer.payloads.length === 1, "the token is granted");
  const sender = await openSender(peer, { target: "deleting", ...settled });
  sender.send({ body: "sent settled" });
  await openReceiver(peer, { source: "deleting", ...settled });
  await until(() => peer.payloads.length === 2, "it comes back");
  await settleOne(peer);
  expect(peer.dispositions).toEqual([expect.objectContaining({ role: true, settled: true })]);
});

test("a client with a settled link need not mark each transfer as settled", async () => {
  // The .NET client omits it when the broker leaves the settle mode open, and uses one delivery tag for all.
  const peer = openSession();
  const sender = await openSender(peer, { target: "deleting", ...settled });
  for (const body of [1, 2, 3]) {
    const delivery = sender.send({ body }, Buffer.alloc(0));
    (delivery as unknown as { settled: boolean }).settled = false;
  }
  await settleOne(peer);
  expect(peer.dispositions).toHaveLength(1);
});

test("a reply that the client settles is released with it", async () => {
  const peer = openSession();
  const modes = { snd_settle_mode: 0, rcv_settle_mode: 1 } as const;
  const sender = await openSender(peer, { target: "$cbs" });
  const receiver = await openReceiver(peer, { source: "$cbs", target: { address: "slow" }, ...modes });
  const settledBy: unknown[] = [];
  receiver.on("settled", ({ delivery }) => settledBy.push(delivery?.id));
  sender.send({ message_id: "1", reply_to: "slow", application_properties: putToken, body: "token" });
  await until(() => settledBy.length === 1, "the broker settles in the lease");
  expect(peer.dispositions).toContainEqual(expect.objectContaining({ role: false, settled: true }));
});

test("credit sent together with attach brings messages after the broker's attach", async () => {
  const peer = openSession();
  const sender = await openSender(peer, { target: "eager" });
  for (const body of [1, 2, 3]) sender.send({ body });
  await settleOne(peer);
  // Sends begin, attach and credit together.
  const { session } = openSession(connect());
  const receiver = session.open_receiver({ source: "eager", credit_window: 0, autoaccept: false });
  receiver.add_credit(3);
  const arrived: unknown[] = [];
  receiver.on("message", ({ message }) => arrived.push(message?.body));
  await until(() => arrived.length === 3 || troubles.length > 0, "they come");
  expect(arrived).toEqual([1, 2, 3]);
});

test("a client that signs in with a key over SASL PLAIN needs no token", async () => {
  const peer = openSession(connect({ username: "RootManageSharedAccessKey", password: "SAS_KEY_VALUE" }));
  await settleOne(peer);
  expect(peer.dispositions).toHaveLength(1);
});
