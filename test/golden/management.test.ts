import { byInstance, comparableReply, set } from "./compare";
import { refused } from "./exceptions";
import { durableClient, readEntries, resolveMarkers, type Exchange, type Invocation } from "./fixtures";
import { startGoldenApp, type GoldenApp, type Reply } from "./golden-app";
import { expectList, forgetOthers } from "./lists";
import { playExchange, playScenariosShownIn } from "./play";

const management = readEntries("management.json");
const client = readEntries("client.json");
/** Recorded while the first of two starts was still Pending. */
const WHILE_PENDING = 7;

let app: GoldenApp;

beforeAll(async () => {
  app = await startGoldenApp();
  await playScenariosShownIn(app, [management, client]);
});
afterAll(() => app.stop());

describe("management webhooks", () => {
  const entries = management.entries.filter(({ seq }) => !(`management.json/${seq}` in refused));

  test.each(entries.map((entry) => [entry.seq ?? 0, entry.label, entry] as const))(
    "%i %s: the reply is that of the real extension",
    async (seq, _label, entry) => {
      if (seq === WHILE_PENDING - 1) app.wire.holdCalls();
      const reply = await playExchange(app, entry);
      if (seq === WHILE_PENDING) app.wire.letCalls();
      await expectReply(reply, entry);
    },
  );

  test("caused the invocations of the real host", async () => {
    await app.settle();
    expectInvocations(
      app.invocations(),
      (management.invocations ?? []).filter((each) => !isRewound(each)),
    );
    app.wire.calls.length = 0;
  });
});

/** On the same hub as when it was recorded. */
describe("client methods of the unmodified SDK", () => {
  test.each(client.entries.map((entry) => [entry.seq ?? 0, entry.label, entry] as const))(
    "%i %s: the reply is that of the real host",
    async (_seq, _label, entry) => {
      const markers = { "<durableClient>": durableClient };
      const recorded = { ...entry, body: resolveMarkers(entry.body, markers) };
      const reply = await playExchange(app, recorded);
      await expectReply(reply, recorded);
    },
  );

  test("caused the invocations of the real host", async () => {
    await app.settle();
    expectInvocations(app.invocations(), client.invocations ?? []);
  });
});

async function expectReply(reply: Reply, entry: Exchange): Promise<void> {
  const listed = (body: unknown) => (body as { value?: unknown }).value ?? body;
  if (Array.isArray(listed(entry.body))) {
    await expectList(app, { ...reply, body: listed(reply.body) }, { ...entry, body: listed(entry.body) });
    return;
  }
  const counted = !/purge ?(?:filter|By)/.test(entry.label);
  expect(comparableReply(forgetOthers(reply, counted))).toEqual(
    comparableReply(forgetOthers(entry, counted)),
  );
}

function expectInvocations(mine: readonly Invocation[], theirs: readonly Invocation[]): void {
  for (const kind of ["activity", "entity"]) expect(set(mine, kind)).toEqual(set(theirs, kind));
  expect(byInstance(mine)).toEqual(byInstance(theirs));
}

/** Rewinding is refused here, so its effects are not replayed. */
function isRewound({ kind, input }: Invocation): boolean {
  const { history = [] } = (input ?? {}) as { history?: readonly { EventType: number }[] };
  return kind === "orchestrator" && history.some(({ EventType }) => EventType === 17);
}
