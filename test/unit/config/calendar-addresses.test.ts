import { parseWindow, windowIssues } from "../../support/parsed-config";

test("a calendar's setting must have an https address, which is never shown", () => {
  const window = { freezes: [{ calendarSetting: "FREEZES" }] };
  expect(windowIssues(window)).toEqual(["FREEZES: the https address of a calendar"]);
  for (const address of ["http://canary.example/", "canary", "https://canary:pw@calendar.example/"]) {
    const parsed = parseWindow(window, { FREEZES: address });
    expect(parsed).toMatchObject({ ok: false, issues: [{ path: "FREEZES", value: "(not shown)" }] });
    expect(JSON.stringify(parsed)).not.toContain("canary");
  }
});

test("a calendar on a loopback address is a mistake in Azure only", () => {
  const window = { freezes: [{ calendar: "http://127.0.0.1:8080/f.ics" }, { calendarSetting: "FREEZES" }] };
  const settings = { FREEZES: "http://localhost/f.ics" };
  expect(windowIssues(window, settings)).toEqual([]);
  expect(windowIssues(window, { ...settings, WEBSITE_INSTANCE_ID: "1" })).toEqual([
    "FREEZES: no calendar on a loopback address in Azure",
    "PAIRS_FILE: no calendar on a loopback address in Azure",
  ]);
});
