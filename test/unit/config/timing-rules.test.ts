import { mistakes, pair, serviceId } from "../../support/parsed-config";

test.each([
  ["readiness", { poll: "30s", stableFor: "20s" }],
  ["readiness", { stableFor: "10m", deadline: "10m" }],
  ["swap", { poll: "30s", operationDeadline: "20s" }],
  ["verification", { poll: "30s", deadline: "20s" }],
])("durations of %s that do not fit (%j) are reported next to other mistakes", (group, durations) => {
  const file = {
    pairs: { shop: { ...pair, [group]: durations }, other: { blue: 1, green: serviceId("c") } },
  };
  expect(mistakes({}, file)).toEqual(["pairs.json.pairs.other.blue", `pairs.json.pairs.shop.${group}`]);
  const shared = { defaults: { [group]: durations }, pairs: { shop: pair } };
  expect(mistakes({}, shared)).toEqual([`pairs.json.defaults.${group}`]);
});
