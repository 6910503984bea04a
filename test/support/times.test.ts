import { strayTimes } from "./times";

const utc = "2026-11-24T12:00:00.000Z";
const shown = { utc, local: "2026-11-24 13:00:00 Europe/Berlin" };

test.each([
  { at: utc },
  { at: 1_795_521_600_000 },
  { at: [1_795_521_600] },
  { detail: "opens 2026-11-24T12:00:00Z" },
  { detail: "opens 2026-11-24 13:00:00 Europe/Berlin" },
  { detail: "at 12:00:00 UTC" },
  { at: { utc } },
  { at: { ...shown, zone: "UTC" } },
  { at: { ...shown, local: utc } },
])("rejects %j in an answer", (answer) => {
  expect(strayTimes(answer, "api")).toHaveLength(1);
});

test.each([
  { at: shown },
  { detail: `opens ${utc} (${shown.local}); closed` },
  { detail: `cancelled by Olga at ${utc}: wrong` },
  { date: "2027-03-31", queueMs: 7_776_000_000, status: 202 },
  { issues: [{ path: "$.notBefore", value: "2026-11-24T12:00:00Z" }] },
])("accepts %j in an answer", (answer) => {
  expect(strayTimes(answer, "api")).toEqual([]);
});

test("every time in an event is RFC 3339", () => {
  expect(strayTimes({ time: utc, data: { detail: `until ${utc}` } }, "events")).toEqual([]);
  for (const data of [{ at: shown }, { at: 1_795_521_600_000 }, { at: "2026-11-24T12:00:00Z" }])
    expect(strayTimes({ time: utc, data }, "events")).toHaveLength(1);
});
