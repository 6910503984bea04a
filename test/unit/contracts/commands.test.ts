import { parseListQuery, parseNote } from "../../../src/contracts/commands";
import type { Outcome, Phase } from "../../../src/domain/kernel/outcome";

test("notes and list queries report issues in the same way", () => {
  expect(parseNote(JSON.parse('{"__proto__": 1, "note": "x"}'), true)).toMatchObject({
    ok: false,
    issues: [{ path: "$.__proto__", expectation: "no such field; known fields: note" }],
  });
  expect(parseNote(undefined, true)).toMatchObject({ ok: false, issues: [{ path: "$.note" }] });
  expect(parseNote(undefined, false)).toEqual({ ok: true, value: { note: "" } });
  for (const top of ["", "0", "101", "0x10", "1e1", "1.5", " 5"])
    expect(parseListQuery({ top }, [])).toMatchObject({ ok: false, issues: [{ path: "$.top" }] });
  expect(parseListQuery({ top: "100" }, [])).toEqual({ ok: true, value: { top: 100 } });
  expect(parseListQuery({}, [])).toEqual({ ok: true, value: { top: 20 } });
});

test("lists accept every phase and every outcome, and nothing else", () => {
  const phases: Record<Phase, true> = {
    accepted: true,
    planning: true,
    "awaiting-approval": true,
    "awaiting-window": true,
    queued: true,
    "awaiting-readiness": true,
    swapping: true,
    verifying: true,
    soaking: true,
    "rolling-back": true,
    concluded: true,
  };
  const outcomes: Record<Outcome, true> = {
    promoted: true,
    unchanged: true,
    refused: true,
    rejected: true,
    expired: true,
    cancelled: true,
    "rolled-back": true,
    halted: true,
  };
  for (const phase of Object.keys(phases)) expect(parseListQuery({ phase }, []).ok).toBe(true);
  for (const outcome of Object.keys(outcomes)) expect(parseListQuery({ outcome }, []).ok).toBe(true);
  expect(parseListQuery({ phase: "waiting" }, []).ok).toBe(false);
  expect(parseListQuery({ outcome: "done" }, []).ok).toBe(false);
});
