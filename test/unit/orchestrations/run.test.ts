import { expired } from "../../../src/orchestrations/run";
import { aRequest } from "../../support/observations";

const until = 1_000;

test.each([
  ["the request's expiresAt ends it", { expiresAt: until }, "request-expired"],
  ["its own deadline ends it, before expiresAt", { expiresAt: until + 1 }, "queue-expired"],
  ["its own deadline ends it, without expiresAt", {}, "queue-expired"],
])("a wait that runs out has its reason without reading a clock: %s", (_what, times, code) => {
  const began = { request: aRequest(times) } as Parameters<typeof expired>[0]["began"];
  const exit = expired({ began }, "queue", "queue-expired", "behind r0", until);
  expect(exit).toMatchObject({ ending: { outcome: "expired", reason: { code } } });
});
