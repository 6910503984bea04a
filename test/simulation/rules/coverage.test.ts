import { Coverage, ENOUGH_WORLDS, Verdicts } from "./coverage";
import { modules } from "./invariants";

test("a judgement counts every rule with something to judge, broken or not", () => {
  const verdicts = new Verdicts();
  verdicts.judged("I1", 3, undefined);
  verdicts.judged("I1", 4, "twice");
  verdicts.add({ violations: [], exercised: { I1: 1, I2: 2 } });

  expect(verdicts.exercised).toEqual({ I1: 3, I2: 2 });
  expect(verdicts.violations).toEqual([{ invariant: "I1", detail: "twice", entry: 4 }]);
});

test("only a large campaign reports a rule that it never exercised", () => {
  const coverage = new Coverage(["I1", "I2"]);
  for (let n = 1; n < ENOUGH_WORLDS; n++) coverage.add({ I1: 1 });
  expect(coverage.unexercised).toEqual([]);
  coverage.add({ I1: 1 });
  expect(coverage.unexercised).toEqual(["I2"]);
  coverage.add({ I2: 1 });
  expect(coverage.unexercised).toEqual([]);
  expect(coverage.table.map((line) => line.trim())).toEqual(["1  I2", "1000  I1"]);
});

test("no two modules have a rule of the same name", () => {
  const names = modules.flatMap(({ rules }) => rules);
  expect(names.filter((name, n) => names.indexOf(name) !== n)).toEqual([]);
});
