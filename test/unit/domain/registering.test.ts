import { digest } from "../../../src/adapters/digest";
import { auditChange } from "../../../src/domain/audited-promotion";
import { reason } from "../../../src/domain/codes";
import { entryFor, type PromotionChange, type Registration } from "../../../src/domain/promotion";
import { aRequest } from "../../support/observations";

/** Which entry a change is about, and what it registers. */

const registration: Registration = {
  ...{ requestId: "r-1", contentHash: "h", request: aRequest(), origin: { channel: "queue" }, at: 5 },
};
const other: Registration = { ...registration, contentHash: "other", at: 6 };
const begin = (brought?: Registration): PromotionChange => ({
  ...{ kind: "begin", runId: "run", at: 7 },
  registration: brought,
});
const ending = { outcome: "refused", reason: reason("unknown-pair", "x") } as const;
const conclude = (brought?: Registration): PromotionChange => ({
  ...{ kind: "conclude", ending, at: 7 },
  registration: brought,
});

test("a run that brings its registration begins a new entry; the first one stands", () => {
  const fresh = entryFor(undefined, begin(registration));
  expect(fresh).toMatchObject({ contentHash: "h", acceptedAt: 5, phase: "accepted", revision: 1 });
  expect(entryFor(fresh, begin(other))).toBe(fresh);
});

test("a change of what is not there changes nothing, unless it registers it", () => {
  const changes: PromotionChange[] = [begin(), conclude(), { kind: "announced", at: 1 }];
  expect(changes.map((change) => entryFor(undefined, change))).toEqual([undefined, undefined, undefined]);
});

test("an outcome that comes with its registration is that of the entry it makes, and of no other", () => {
  const made = entryFor(undefined, conclude(registration))!;
  const { state, entries } = auditChange(made, conclude(registration), digest);
  expect(state.conclusion?.outcome).toBe("refused");
  expect(entries.map(({ what }) => what)).toEqual(["accepted", "concluded"]);
  expect([entryFor(made, conclude(registration)), entryFor(made, conclude(other))]).toEqual([
    undefined,
    undefined,
  ]);
  expect(entryFor(made, conclude())).toBe(made);
});
