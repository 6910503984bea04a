import fc from "fast-check";
import { createCalendar } from "../src/adapters/deployment-windows/calendar";
import { createWindow } from "../src/adapters/deployment-windows/deployment-windows";
import { decideWindow, type DeploymentWindowRules } from "../src/domain/policy/deployment-window";
import { differences, randomPolicies } from "../test/support/window-oracle";
import type { Benchmark, Row } from "./benchmark";
import { percentile } from "./distribution";

const DAY = 86_400_000;
const NOW = Date.parse("2026-11-24T12:00:00Z");
const POLICIES = 100;
const SEED = 20_261_124;

/** The answer to "open at T?" under a large policy, and its agreement with a search minute by minute. */
export const benchmark: Benchmark = {
  name: "window",
  title:
    "Deployment windows: 50 windows and 5,000 iCalendar events; next deployment windows against brute force",
  run() {
    return Promise.resolve([...measureChecks(), ...compareWithBruteForce()]);
  },
};

/** A tenth of the events recur every week. */
function calendarText(): string {
  const events = Array.from({ length: 5_000 }, (_, i) => {
    const start = new Date(NOW + ((i * 7_919) % 365) * DAY + (i % 24) * 3_600_000);
    const stamp = start.toISOString().replace(/\.\d+|[-:]/g, "");
    const rule = i % 10 === 0 ? "\r\nRRULE:FREQ=WEEKLY;COUNT=20" : "";
    return `BEGIN:VEVENT\r\nUID:${i}\r\nDTSTART:${stamp}\r\nDURATION:PT10M${rule}\r\nEND:VEVENT`;
  });
  return ["BEGIN:VCALENDAR", ...events, "END:VCALENDAR"].join("\r\n");
}

function measureChecks(): Row[] {
  const allow = Array.from({ length: 50 }, (_, i) =>
    createWindow({ cron: `${i} ${i % 24} * * *`, durationMs: 15 * 60_000, zone: "Europe/Berlin" }, "allow"),
  );
  const began = performance.now();
  const spans = createCalendar(calendarText(), "Europe/Berlin", NOW - 2 * DAY);
  const rules: DeploymentWindowRules = { allow, deny: [], freezes: [{ kind: "readable", spans }] };
  const check = (at: number) => decideWindow(rules, { holds: [] }, at);
  for (let at = NOW; at < NOW + 2 * DAY; at += DAY / 4) check(at);
  const loading = performance.now() - began;
  const took = Array.from({ length: 2_000 }, (_, i) => {
    const start = performance.now();
    check(NOW + ((i * 7_919) % 1_440) * 60_000);
    return performance.now() - start;
  });
  return [
    { what: "50 windows, 5,000 events: loading", value: loading, unit: "ms" },
    { what: "open at T? p50", value: percentile(took, 0.5), unit: "ms" },
    { what: "open at T? p99", value: percentile(took, 0.99), unit: "ms", aim: "≤ 5" },
  ];
}

function compareWithBruteForce(): Row[] {
  let asked = 0;
  const found = fc.sample(randomPolicies, { numRuns: POLICIES, seed: SEED }).flatMap((policy) => {
    asked += policy.asked.length;
    return differences(policy);
  });
  for (const difference of found) console.error(difference);
  const what = `differences in ${asked} questions to ${POLICIES} random policies (seed ${SEED})`;
  return [{ what, value: found.length, unit: "", aim: "0" }];
}
