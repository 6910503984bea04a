import { startMessageApp } from "../../support/message-app";

test("18: message ids and bodies that look like numbers or booleans arrive as such", async () => {
  const seen: unknown[] = [];
  const app = await startMessageApp((body, context) => {
    seen.push([context.triggerMetadata?.["messageId"], body]);
    return Promise.resolve();
  });
  await app.deliver({ messageId: "123", body: "12" });
  await app.deliver({ messageId: "1e3", body: "true" });
  await app.deliver({ messageId: "order-1", body: '"quoted"' });
  expect(seen).toEqual([
    [123, 12],
    [1000, true],
    ["order-1", "quoted"],
  ]);
  await app.stop();
});
