import { reason } from "../../../../src/domain/kernel/reason-codes";
import { entryFor } from "../../../../src/domain/promotion/promotion";
import type { PromotionChange, Registration } from "../../../../src/domain/promotion/state";
import { aRequest } from "../../../support/observations";

/** Which entry a change is about, and what it registers. */

const registration: Registration = {
  ...{ requestId: "r-1", contentHash: "h", request: aRequest(), origin: { channel: "queue" }, at: 5 },
};
const other: Registration = { ...registration, contentHash: "other", at: 6 };
const begin = (brought?: Registration): PromotionChange => ({
  ...{ kind: "begin", runId: "run", at: 7 },
  registration: brought,
});
const ending = { outcome: "refused", reason: reason("unpinned", "x") } as const;

test("a run that brings its registration begins a new entry; the first one stands", () => {
  const fresh = entryFor(undefined, begin(registration));
  expect(fresh).toMatchObject({ contentHash: "h", acceptedAt: 5, phase: "accepted", revision: 1 });
  expect(entryFor(fresh, begin(other))).toBe(fresh);
});

test("a change of what is not there changes nothing, unless it registers it", () => {
  const conclude: PromotionChange = { kind: "conclude", ending, at: 7 };
  const changes: PromotionChange[] = [begin(), conclude, { kind: "announced", at: 1 }];
  expect(changes.map((change) => entryFor(undefined, change))).toEqual([undefined, undefined, undefined]);
  const made = entryFor(undefined, begin(registration));
  expect(entryFor(made, conclude)).toBe(made);
});
