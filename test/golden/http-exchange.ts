import { comparable, comparableReply } from "./compare";
import type { Exchange } from "./fixtures";
import type { GoldenApp, Reply } from "./golden-app";
import { normalise } from "./normalise";
import { playExchange } from "./play";

/** Repeats one exchange with an HTTP function and also compares what reached the function. */
export async function expectHttpExchange(app: GoldenApp, entry: Exchange): Promise<void> {
  app.wire.calls.length = 0;
  const reply = await playExchange(app, entry);
  expect(comparableReply(beginningOf(reply, entry))).toEqual(comparableReply(beginningOf(entry, entry)));
  const mine = app
    .invocations()
    .map(({ kind: _kind, ...call }) => normalise(comparable({ kind: "http", ...call })));
  const theirs = entry.invocation ? [normalise(comparable({ kind: "http", ...entry.invocation }))] : [];
  expect(mine).toEqual(theirs);
}

/** Only the beginning of the root page is compared. */
function beginningOf(reply: Reply, { body }: Exchange): Reply {
  const starts = (body as { $cut?: { starts: string } } | null)?.$cut?.starts;
  if (starts === undefined) return reply;
  return { ...reply, body: typeof reply.body === "string" ? reply.body.slice(0, starts.length) : starts };
}
