import { permitted } from "../../../../src/domain/cloud-service/permission";
import { found, somePermissions } from "../../../support/observations";

const ACTION = "Microsoft.Network/cloudServiceSlots/write";
const of = (...grants: readonly (readonly [actions: readonly string[], notActions?: readonly string[]])[]) =>
  found(
    somePermissions(
      "green",
      grants.map(([actions, notActions = []]) => ({ actions, notActions })),
    ),
  );

test.each([
  ["its name", of([[ACTION]])],
  ["its name in another case", of([["MICROSOFT.network/CloudServiceSlots/WRITE"]])],
  ["everything", of([["*"]])],
  ["everything of its provider", of([["Microsoft.Network/*"]])],
  ["every write", of([["*/write"]])],
  ["a text in the middle", of([["Microsoft.*/cloudServiceSlots/*"]])],
  ["several stars in a row", of([["Microsoft.Network/**/write"]])],
  ["one of several actions", of([["a/read", ACTION]])],
  ["one role although another excludes it", of([["*"], [ACTION]], [["Microsoft.Network/*"]])],
  ["everything, less something else", of([["*"], ["Microsoft.Authorization/*/write"]])],
])("an action is granted by %s", (_by, read) => {
  expect(permitted(read, ACTION)).toBe("granted");
});

test.each([
  ["there is no role", of()],
  ["there are other actions alone", of([["Microsoft.Network/*/read", "Microsoft.Compute/*"]])],
  ["only a longer or a shorter name is there", of([[`${ACTION}/x`, "Microsoft.Network/cloudServiceSlots"]])],
  ["the same role excludes it", of([["*"], ["Microsoft.Network/cloudServiceSlots/*"]])],
  [
    "a star does not stand twice for the same text",
    of([["Microsoft.Network/cloudServiceSlots/write*write"]]),
  ],
  ["a pattern is no regular expression", of([["Microsoft.Network/cloudServiceSlots/w.ite", ".*", "[a-z]*"]])],
])("an action is missing when %s", (_why, read) => {
  expect(permitted(read, ACTION)).toBe("missing");
});

test.each([
  ["it is denied", { kind: "denied", detail: "403" } as const],
  ["it is not there", { kind: "absent", detail: "404" } as const],
  ["it is throttled", { kind: "throttled", detail: "429", retryAfterMs: 1 } as const],
  ["nobody answers", { kind: "unavailable", detail: "reset" } as const],
  ["there is more than was read", found({ ...somePermissions("green", []), isWhole: false })],
])("it is unknown whether an action is granted when the list is incomplete: %s", (_why, read) => {
  expect(permitted(read, ACTION)).toBe("unknown");
});

test("a grant on a page that was read counts, whatever the other pages have", () => {
  expect(permitted(found({ ...somePermissions("green"), isWhole: false }), ACTION)).toBe("granted");
});

test("a pattern of many stars is judged quickly", () => {
  const began = performance.now();
  expect(permitted(of([[`${"*a".repeat(20_000)}*b`]]), `${"a".repeat(20_000)}c`)).toBe("missing");
  expect(performance.now() - began).toBeLessThan(1_000);
});
