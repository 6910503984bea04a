import { pairOf } from "../../../../src/domain/promotion/state";
import { fresh } from "../../../support/described-promotion";
import { SHOP } from "../../../support/observations";

test("a promotion has its pair, and a record without one is a bug", () => {
  const pair = { key: SHOP, blueFirst: true };
  expect(pairOf({ ...fresh, pair })).toBe(pair);
  expect(() => pairOf({ requestId: "r-1" })).toThrow("promotion r-1 was registered without its pair");
});
