import { call } from "../../../support/api-call";
import { createFakePorts, type FakePorts } from "../../../support/fake-ports";
import { aRequest, SHOP } from "../../../support/observations";

/** What people say is stored once: answers, log and events tell what stands, never what was only asked. */

interface Shown {
  readonly pair: string;
  readonly state: string;
  readonly holds: readonly object[];
}

async function put(ports: FakePorts, body: object, by?: string) {
  const reply = await call(ports, { route: "putHold", params: { pair: "shop" }, body, by });
  return { ...reply, pairs: reply.body["pairs"] as readonly Shown[] };
}

test.each(["incident 8", "y", `${"x".repeat(400)}z`])(
  "the same hold id with the words %.12s is another hold: 409, and neither log nor event tells what was not stored",
  async (other) => {
    const ports = createFakePorts();
    const warned = jest.spyOn(ports.log, "warn");
    const first = other.length > 100 ? `${"x".repeat(400)}y` : "incident 7";
    await put(ports, { reason: first, id: "h-1" });
    const before = ports.pairStates.get("shop")?.holds;
    const reply = await put(ports, { reason: other, id: "h-1" }, "Bob");
    expect([reply.status, reply.body["code"]]).toEqual([409, "hold-differs"]);
    expect(reply.pairs).toMatchObject([
      { pair: "shop", state: "other-words", holds: [{ id: "h-1", by: "Ada" }] },
    ]);
    expect(ports.pairStates.get("shop")?.holds).toEqual(before);
    expect([ports.published.length, warned.mock.calls.length]).toEqual([1, 1]);
  },
);

test("the same words again are answered 200 with the hold that stands, whoever asks; nobody is told twice", async () => {
  const ports = createFakePorts();
  const warned = jest.spyOn(ports.log, "warn");
  await put(ports, { reason: "incident 7", id: "h-1" });
  const reply = await put(ports, { reason: "incident 7", id: "h-1" }, "Bob");
  expect([reply.status, reply.pairs.map(({ state }) => state)]).toEqual([200, ["held"]]);
  expect(JSON.stringify(reply.body)).not.toContain("Bob");
  expect([ports.published.length, warned.mock.calls.length]).toEqual([1, 1]);
});

test("a cancel again is acknowledged with what stands: who was first, and every word that was kept", async () => {
  const ports = createFakePorts();
  const at = ports.clock.now();
  const request = aRequest({ requestId: "r-1" });
  await ports.register({ requestId: "r-1", contentHash: "h", request, origin: { channel: "queue" }, at });
  await ports.pairs.signal(SHOP, { kind: "register", requestId: "r-1", at });
  const described: string[] = [];
  jest
    .spyOn(ports.log, "info")
    .mockImplementation((_message, fields) => void described.push(fields?.detail ?? ""));
  const cancel = async (by: string, note?: string) => {
    const body = note === undefined ? {} : { body: { note } };
    const reply = await call(ports, { route: "cancelPromotion", params: { id: "r-1" }, ...body, by });
    return [reply.status, reply.body["detail"]];
  };
  const [status, detail] = await cancel("Ada");
  expect([status, detail]).toEqual([202, expect.stringMatching(/^cancelled by Ada at 20\S+$/)]);
  expect(await cancel("Ada", "wrong build")).toEqual([202, `${String(detail)}: wrong build`]);
  expect(await cancel("Bob", "broken")).toEqual([202, `${String(detail)}: wrong build; Bob: broken`]);
  expect(described.at(-1)).toBe(`${String(detail)}: wrong build; Bob: broken (again by Bob, o-1)`);
  expect(ports.pairStates.get("shop")?.cancels).toMatchObject([
    { by: "Ada", note: "wrong build; Bob: broken" },
  ]);
});
