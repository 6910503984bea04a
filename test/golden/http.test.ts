import { comparableReply } from "./compare";
import { readEntries, resolveMarkers, type Exchange } from "./fixtures";
import { startGoldenApp, type GoldenApp } from "./golden-app";
import { expectHttpExchange } from "./http-exchange";
import { expectList, forgetOthers } from "./lists";
import { playExchange } from "./play";

const named = (file: string): (readonly [number, string, Exchange])[] =>
  readEntries(file).entries.map((entry) => [entry.seq ?? 0, entry.label, entry]);

describe("HTTP triggers of the main app", () => {
  let app: GoldenApp;
  beforeAll(async () => {
    app = await startGoldenApp();
  });
  afterAll(() => app.stop());

  test.each(named("auth.json"))(
    "key %i %s: the reply is that of the real host",
    async (_seq, _label, entry) => {
      expect(comparableReply(await playExchange(app, entry))).toEqual(comparableReply(entry));
    },
  );

  test.each(named("http-triggers.json"))(
    "%i %s: what reaches the function, and the reply, are those of the real host",
    (_seq, _label, entry) => expectHttpExchange(app, entry),
  );
});

describe("host names in URLs, with WEBSITE_HOSTNAME at localhost", () => {
  const { durableClient } = readEntries("host-names.json");
  let app: GoldenApp;
  beforeAll(async () => {
    app = await startGoldenApp({ origin: "http://localhost:7071" });
  });
  afterAll(() => app.stop());

  test.each(named("host-names.json"))(
    "%i %s: the reply is that of the real host",
    async (_seq, _label, recorded) => {
      const entry = {
        ...recorded,
        body: resolveMarkers(recorded.body, { "<durableClient>": durableClient }),
      };
      const reply = await playExchange(app, entry);
      if (Array.isArray(entry.body)) await expectList(app, reply, entry);
      else
        expect(comparableReply(forgetOthers(reply, false))).toEqual(
          comparableReply(forgetOthers(entry, false)),
        );
    },
  );
});
