import type { CompletionEvent } from "../../../../src/domain/promotion/events";
import {
  asAskedAgain,
  isPastRetention,
  reconstructed,
  reduced,
  RETAIN_MS,
  retainMs,
} from "../../../../src/domain/promotion/retention";
import { begun, conclude, ending, planned, play } from "../../../support/described-promotion";
import { aRequest, NOW } from "../../../support/observations";

const concluded = play(begun, planned, conclude());
const announced = play(concluded, { kind: "announced", at: NOW + 20 });
const short = reduced(announced);

test("a pair has the retention of the file, and an unknown pair the longest", () => {
  const file = new Map([
    ["shop", 1],
    ["till", RETAIN_MS + 1],
  ]);
  expect([retainMs(file, "shop"), retainMs(file, "gone")]).toEqual([1, RETAIN_MS]);
  expect(retainMs(file, undefined)).toBe(RETAIN_MS + 1);
  expect(retainMs(new Map([["shop", 1]]), undefined)).toBe(RETAIN_MS);
});

test("an announced record is past its retention when its outcome is older than that", () => {
  expect([NOW + 9, NOW + 10].map((before) => isPastRetention(announced, before))).toEqual([false, true]);
  expect(isPastRetention(concluded, NOW + 10)).toBe(false);
  expect(isPastRetention(begun, NOW + 10)).toBe(false);
  expect(isPastRetention(short, NOW + 10)).toBe(false);
});

test("a reduced record keeps what a duplicate needs, and the end of its chain", () => {
  const audit = { entries: 3, head: "h", policyHash: "p" };
  const { requestId, contentHash, acceptedAt, revision } = announced;
  expect(reduced({ ...announced, audit })).toEqual({
    ...{ v: 1, revision, requestId, contentHash, acceptedAt, phase: "concluded", reduced: true },
    ...{ announcedAt: NOW + 20, origin: { channel: "queue" }, audit: { entries: 3, head: "h" } },
    request: { requestId, pair: "shop", promote: "green", reason: "", requestedBy: "" },
    ...{ timeline: [], deadlines: {}, plans: 0, attempts: [] },
    conclusion: {
      ...{ outcome: "expired", waitingFor: "readiness", at: NOW + 9, event: "" },
      reason: { code: "queue-full", detail: "", remedy: "" },
    },
  });
});

test("only an announced record is reduced, and only once", () => {
  for (const state of [begun, concluded, short]) expect(reduced(state)).toBe(state);
});

test("a reduced record has its outcome again, with the id and the time of its event", () => {
  const again = JSON.parse(reconstructed(short).conclusion!.event) as CompletionEvent;
  const first = JSON.parse(announced.conclusion!.event) as CompletionEvent;
  expect([again.id, again.time, again.data.outcome]).toEqual([first.id, first.time, first.data.outcome]);
  expect(again.data.reason).toEqual({
    ...{ code: ending.reason.code, remedy: ending.reason.remedy },
    detail: expect.stringMatching(/^the details are past their retention/) as string,
  });
  expect(reconstructed(announced)).toBe(announced);
});

test("a duplicate returns its own request to a reduced record, and to no other", () => {
  const request = aRequest({ reason: "release 2" });
  expect(asAskedAgain(short, request).request).toBe(request);
  expect(asAskedAgain(announced, request)).toBe(announced);
});
