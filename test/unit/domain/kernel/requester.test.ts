import { requesterOf, describeRequester } from "../../../../src/domain/kernel/requester";
import type { RequestOrigin } from "../../../../src/domain/kernel/swap-request";
import { shortOrigin, shortRequest } from "../../../../src/domain/promotion/size-budget";
import { aRequest } from "../../../support/observations";

const rita = { oid: "o-1", name: "Rita" };
const asked = (requestedBy: string, origin: RequestOrigin) => {
  const requester = requesterOf({ request: aRequest({ requestedBy }), origin });
  return [requester, describeRequester(requester)];
};

test("a verified person is shown with name and object id", () => {
  expect(asked("Rita", { channel: "http", principal: rita })).toEqual([
    { kind: "person", name: "Rita", oid: "o-1" },
    "Rita (person o-1)",
  ]);
});

test("a name other than the token's is shown as declared, next to the verified one", () => {
  expect(asked("the CTO", { channel: "http", principal: rita })).toEqual([
    { kind: "person", name: "Rita", oid: "o-1", declaredName: "the CTO" },
    'Rita (person o-1), who declares "the CTO"',
  ]);
});

test("an application is shown as such, by its object id where its token has no name", () => {
  const pipeline = { oid: "o-2", name: "o-2", application: true };
  expect(asked("o-2", { channel: "http", principal: pipeline })).toEqual([
    { kind: "application", name: "o-2", oid: "o-2" },
    "application o-2",
  ]);
});

test("a name in a queue message is declared, whatever it says", () => {
  expect(asked("Rita (person o-1)", { channel: "queue" })).toEqual([
    { kind: "declared", name: "Rita (person o-1)" },
    '"Rita (person o-1)" (declared, not verified)',
  ]);
});

test("a schedule is shown as such, and a message that calls itself one is not", () => {
  expect(asked("schedule weekly", { channel: "schedule" })[0]).toEqual({
    kind: "schedule",
    name: "schedule weekly",
  });
  expect(asked("schedule weekly", { channel: "queue" })[0]).toMatchObject({ kind: "declared" });
});

test.each(['"'.repeat(60), "x".repeat(60), "\\".repeat(60), "ü".repeat(60)])(
  "a name that the promotion record shortens is the same name: %s",
  (name) => {
    const origin = shortOrigin({ channel: "http", principal: { oid: "o-1", name } });
    const requester = requesterOf({ request: shortRequest(aRequest({ requestedBy: name })), origin });
    expect(requester).not.toHaveProperty("declaredName");
  },
);
