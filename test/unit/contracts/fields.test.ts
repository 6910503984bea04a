import { parseAt } from "../../../src/contracts/commands";
import { instant } from "../../../src/contracts/fields";
import { parseSwapRequest } from "../../../src/contracts/swap-request";

/** What is said of one field of a request or a file that is wrong, and of fields that do not go together. */

test.each([
  ["2026-02-30T12:00:00Z", "there is no such day as 2026-02-30"],
  ["2027-02-29T12:00:00Z", "there is no such day as 2027-02-29"],
  ["2026-13-01T12:00:00+01:00", "there is no such day as 2026-13-01"],
  ["2026-00-10T12:00Z", "there is no such day as 2026-00-10"],
  ["2026-04-31T24:00:00Z", "there is no such day as 2026-04-31"],
  ["2026-02-28T24:00:00Z", "a time of day from 00:00:00 to 23:59:59"],
  ["2026-02-28T12:00:60Z", "a time of day from 00:00:00 to 23:59:59"],
  ["2026-02-28T12:00:00+24:00", "an offset from -23:59 to +23:59"],
  ["2026-02-28T12:00:00", "a time with an offset"],
  ["2026-02-28", "a time with an offset"],
  ["tomorrow", "a time with an offset"],
  [5, "a time with an offset"],
])("the time %j is refused with its mistake: %s", (text, expected) => {
  const described = (value: unknown) => instant.safeParse(value).error?.issues[0]?.message;
  expect(described(text)).toContain(expected);
});

test.each([
  [
    "of a request",
    parseSwapRequest({
      requestId: "a",
      pair: "b",
      promote: "blue",
      reason: "c",
      requestedBy: "d",
      notBefore: "2026-02-30T12:00:00Z",
    }),
  ],
  ["of a query", parseAt("2026-02-30T12:00:00Z")],
])("a day that does not exist is reported in a time %s", (_, parsed) => {
  expect(parsed.ok ? [] : parsed.issues).toMatchObject([
    { expectation: expect.stringContaining("there is no such day as 2026-02-30") },
  ]);
});

test("a rule between two fields is reported unless one of them is wrong", () => {
  const wrong = {
    requestId: "x y",
    pair: "shop",
    promote: "green",
    reason: "r",
    requestedBy: "me",
    colour: 1,
  };
  const paths = (over: object) => {
    const parsed = parseSwapRequest({ ...wrong, ...over });
    return parsed.ok ? [] : parsed.issues.map(({ path }) => path).sort();
  };
  const [early, late] = ["2026-12-01T00:00:00Z", "2026-12-02T00:00:00Z"];
  const besides = ["$.colour", "$.requestId"];
  expect(paths({ notBefore: late, expiresAt: early })).toEqual([...besides, "$.notBefore"].sort());
  expect(paths({ notBefore: late, expiresAt: "2026-02-30T00:00:00Z" })).toEqual([
    "$.colour",
    "$.expiresAt",
    "$.requestId",
  ]);
  expect(paths({ readiness: { stableFor: "2h", deadline: "1h" } })).toEqual([
    "$.colour",
    "$.readiness",
    "$.requestId",
  ]);
  expect(paths({ readiness: { stableFor: "2h", deadline: "1h", poll: "1s" } })).toEqual([
    "$.colour",
    "$.readiness",
    "$.readiness.poll",
    "$.requestId",
  ]);
  for (const stableFor of ["soon", "2d", "1.5h"])
    expect(paths({ readiness: { stableFor, deadline: "1h" } })).toEqual([
      "$.colour",
      "$.readiness.stableFor",
      "$.requestId",
    ]);
});
