import { applyToRoster, formerPairs, removedPairs, type Roster } from "../../../../src/domain/pair/roster";
import { keyOf } from "../../../support/observations";

const HOUR = 3_600_000;
const [a, b] = [keyOf("a"), keyOf("b")];
const note = (roster: Roster | undefined, inFile: string[], at: number, idle: string[] = []) =>
  applyToRoster(roster, { inFile: inFile.map(keyOf), idle: idle.map(keyOf), at });

test("a removed pair is remembered with its time, and known again when it comes back", () => {
  const both = note(undefined, ["a", "b"], 1);
  const one = note(both, ["a"], 5);
  expect(one.pairs).toEqual([{ key: a }, { key: b, gone: 5 }]);
  expect(note(one, ["a"], 9)).toBe(one);
  expect(note(one, ["b", "a"], 9).pairs).toEqual([{ key: a }, { key: b }]);
  expect(removedPairs(one, [a])).toEqual([b]);
  expect(removedPairs(undefined, [a])).toEqual([]);
});

test("a removed pair is quiet after a day with nothing under way", () => {
  const gone = note(note(undefined, ["a", "b"], 0), ["a"], 0);
  expect(note(gone, ["a"], 24 * HOUR, ["b"])).toBe(gone);
  expect(note(gone, ["a"], 24 * HOUR + 1)).toBe(gone);
  const quiet = note(gone, ["a"], 24 * HOUR + 1, ["b"]);
  expect(quiet.pairs).toEqual([{ key: a }, { key: b, gone: 0, quiet: true }]);
  expect([removedPairs(quiet, [a]), formerPairs(quiet, [a])]).toEqual([[], [b]]);
  expect(note(quiet, ["a"], 25 * HOUR + 1, ["b"])).toBe(quiet);
  expect(note(quiet, ["a", "b"], 26 * HOUR).pairs).toEqual([{ key: a }, { key: b }]);
});

test("a removed pair is forgotten when it is quiet and nothing of it is left", () => {
  const gone = note(note(undefined, ["a", "b"], 0), ["a"], 0);
  const empty = { inFile: [a], empty: [a, b], at: 25 * HOUR };
  expect(applyToRoster(gone, empty)).toBe(gone);
  const quiet = note(gone, ["a"], 24 * HOUR + 1, ["b"]);
  expect(applyToRoster(quiet, empty).pairs).toEqual([{ key: a }]);
  const back = applyToRoster(quiet, { ...empty, inFile: [a, b] });
  expect(back.pairs).toEqual([{ key: a }, { key: b }]);
});

test("a pair of the file is never forgotten, and a repeated note changes nothing", () => {
  const both = note(undefined, ["a", "b"], 0);
  expect(note(both, ["a", "b"], 48 * HOUR, ["a", "b"])).toBe(both);
  const change = { inFile: [a], idle: [b], at: 3 };
  const once = applyToRoster(both, change);
  expect(applyToRoster(once, change)).toBe(once);
});
