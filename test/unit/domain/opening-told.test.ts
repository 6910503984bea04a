import { decideOpening, onlyOnce, type OpeningRules } from "../../../src/domain/opening";
import { tellOpening, viewOpening } from "../../../src/domain/opening-told";
import { showTime } from "../../../src/domain/shown-time";
import { NOW } from "../../support/observations";

/** What people are told of an opening that a request does not live to see. */
const HOUR = 3_600_000;
const window = { from: NOW + 5 * HOUR, to: NOW + 6 * HOUR };
const rules: OpeningRules = { windows: [onlyOnce(window)], deny: [], freezes: [] };
const at = (expiresAt: number | undefined) => decideOpening(rules, { expiresAt, holds: [] }, NOW);
const told = (expiresAt: number | undefined) => tellOpening(at(expiresAt), "UTC", expiresAt);

test("a request that expires before its next opening is told to expire first, and when", () => {
  expect(told(NOW + 2 * HOUR)).toMatch(
    /^no opening before the request expires 2026-11-24T14:00:00\.000Z \(.* UTC\); closed: outside-window/,
  );
  expect(viewOpening(at(NOW + 2 * HOUR), "UTC", NOW + 2 * HOUR)).toMatchObject({
    ...{ open: false, nextOpensAt: undefined, expiresFirst: showTime(NOW + 2 * HOUR, "UTC") },
  });
});

test("one that lives to see it is told when that is, and nothing of its end", () => {
  expect(told(NOW + 7 * HOUR)).toMatch(/^opens 2026-11-24T17:00:00/);
  expect(viewOpening(at(NOW + 7 * HOUR), "UTC", NOW + 7 * HOUR)).toHaveProperty("expiresFirst", undefined);
});

test("without an end of its own an opening that nobody knows is unknown", () => {
  const unreadable = { kind: "unreadable", detail: "the calendar" } as const;
  const opening = decideOpening({ ...rules, freezes: [unreadable] }, { holds: [] }, NOW);
  expect(tellOpening(opening, "UTC")).toMatch(/^next opening unknown; closed: /);
  expect(viewOpening(opening, "UTC")).toHaveProperty("expiresFirst", undefined);
});

test("an open one is told as such, whenever the request expires", () => {
  const open = decideOpening(rules, { expiresAt: window.to, holds: [] }, window.from);
  expect(tellOpening(open, "UTC", window.to)).toMatch(/^open until /);
});
