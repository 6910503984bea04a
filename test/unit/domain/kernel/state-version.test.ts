import { isNewer } from "../../../../src/domain/kernel/state-version";

test.each<[unknown, boolean]>([
  [{ v: 1 }, false],
  [{ v: 2 }, true],
  [{ v: "2" }, false],
  [{}, false],
  [null, false],
  [undefined, false],
])("whether a newer version wrote %j: %s", (state, expected) => {
  expect(isNewer(state)).toBe(expected);
});
