import { openTaskHub } from "../../local/durable-engine";
import { quickQueues } from "../support/quick-queues";
import { createVirtualClock } from "../support/virtual-clock";
import { byInstance, comparableReply, set } from "./compare";
import { durableClient, readEntries, resolveMarkers, type Exchange, type Invocation } from "./fixtures";
import { RECORDED_AT, startGoldenApp, type GoldenApp } from "./golden-app";
import { playExchange } from "./play";

const { entries, invocations = [] } = readEntries("restart.json");
/** How long the work of a dead host stays hidden: the queue visibility of the Azure Storage provider. */
const VISIBILITY_MS = 300_000;

test("a killed host loses no pending timer, event or activity", async () => {
  const clock = createVirtualClock(RECORDED_AT);
  const hub = await openTaskHub({ clock, settings: { hubName: "GoldenHub", ...quickQueues } });
  const before = await startGoldenApp({ clock, shared: { hub, host: "first" } });
  for (const entry of entries.filter(({ phase }) => phase === "before the kill"))
    await expectEntry(before, entry);
  await before.wait({ do: "waitUntilRunning" }, "rs-slow");
  await before.advance(1_200);
  before.engine.kill();
  const seenBefore = before.invocations();
  await before.stop();

  const after = await startGoldenApp({ clock, shared: { hub, host: "second" } });
  await after.advance(5_800);
  const [status, raise, ...histories] = entries.filter(({ phase }) => phase === "after the restart");
  await expectEntry(after, status);
  await expectEntry(after, raise);
  const waits = [
    { instance: "rs-wait" },
    { instance: "rs-race" },
    { instance: "rs-slow", timeoutMs: 20_000 },
  ];
  for (const [i, history] of histories.entries()) {
    await after.wait({ do: "waitUntilFinished", ...waits[i] }, "");
    await expectEntry(after, history);
  }
  await after.advance(VISIBILITY_MS);
  const mine = [...seenBefore, ...after.invocations()];
  await after.stop();
  await hub.close();

  const theirs = invocations.map((each) => withReplies(each));
  expect(set(mine, "activity")).toEqual(set(theirs, "activity"));
  expect(set(mine, "http")).toEqual(set(theirs, "http"));
  expect(byInstance(mine)).toEqual(byInstance(theirs));
});

async function expectEntry(app: GoldenApp, entry: Exchange | undefined): Promise<void> {
  if (!entry) throw new Error("the recording has fewer entries than this test plays");
  const reply = await playExchange(app, entry);
  expect(comparableReply(reply)).toEqual(comparableReply(entry));
  await app.settle();
}

/** Resolves the markers of a recorded invocation. */
function withReplies(invocation: Invocation): Invocation {
  const id = (invocation.input as { query?: { id?: string } } | undefined)?.query?.id;
  const body = entries.find((entry) => (entry.body as { id?: string } | null)?.id === id)?.body;
  return resolveMarkers(invocation, {
    "<durableClient>": durableClient,
    "<reply of the entry of the same instance>": body,
  }) as Invocation;
}
