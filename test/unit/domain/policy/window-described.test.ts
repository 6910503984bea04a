import { showTime } from "../../../../src/domain/kernel/time";
import {
  decideWindow,
  onlyOnce,
  type DeploymentWindowRules,
  describeWindow,
  viewWindow,
} from "../../../../src/domain/policy/deployment-window";
import { NOW } from "../../../support/observations";

/** What people are told of a deployment window that a request does not live to see. */
const HOUR = 3_600_000;
const window = { from: NOW + 5 * HOUR, to: NOW + 6 * HOUR };
const rules: DeploymentWindowRules = { allow: [onlyOnce(window)], deny: [], freezes: [] };
const at = (expiresAt: number | undefined) => decideWindow(rules, { expiresAt, holds: [] }, NOW);
const described = (expiresAt: number | undefined) => describeWindow(at(expiresAt), "UTC", expiresAt);

test("a request that expires before its next deployment window is told to expire first, and when", () => {
  expect(described(NOW + 2 * HOUR)).toMatch(
    /^no deployment window before the request expires 2026-11-24T14:00:00\.000Z \(.* UTC\); closed: outside-window/,
  );
  expect(viewWindow(at(NOW + 2 * HOUR), "UTC", NOW + 2 * HOUR)).toMatchObject({
    ...{ open: false, nextOpensAt: undefined, expiresFirst: showTime(NOW + 2 * HOUR, "UTC") },
  });
});

test("one that lives to see it is told when that is, and nothing of its end", () => {
  expect(described(NOW + 7 * HOUR)).toMatch(/^opens 2026-11-24T17:00:00/);
  expect(viewWindow(at(NOW + 7 * HOUR), "UTC", NOW + 7 * HOUR)).toHaveProperty("expiresFirst", undefined);
});

test("without an end of its own a deployment window that nobody knows is unknown", () => {
  const unreadable = { kind: "unreadable", detail: "the calendar" } as const;
  const window = decideWindow({ ...rules, freezes: [unreadable] }, { holds: [] }, NOW);
  expect(describeWindow(window, "UTC")).toMatch(/^next deployment window unknown; closed: /);
  expect(viewWindow(window, "UTC")).toHaveProperty("expiresFirst", undefined);
});

test("an open one is told as such, whenever the request expires", () => {
  const open = decideWindow(rules, { expiresAt: window.to, holds: [] }, window.from);
  expect(describeWindow(open, "UTC", window.to)).toMatch(/^open until /);
});
