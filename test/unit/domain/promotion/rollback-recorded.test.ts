import type { RollbackOrder } from "../../../../src/domain/pair/pair";
import { auditChange } from "../../../../src/domain/promotion/audit";
import { changePromotion, register } from "../../../../src/domain/promotion/promotion";
import type { PromotionChange } from "../../../../src/domain/promotion/state";
import { aRequest, NOW } from "../../../support/observations";

/** What is kept of an order to roll back, beside the pair coordinator's own. */
const registration = {
  ...({ requestId: "r-1", contentHash: "h", request: aRequest(), at: NOW } as const),
  origin: { channel: "queue" } as const,
};
const begun = changePromotion(register(undefined, registration), { kind: "begin", runId: "run", at: NOW });
const ordering = (over: Partial<RollbackOrder>): PromotionChange => ({
  ...{ kind: "watched", runId: "run" },
  rollback: { id: "o", cause: "person", by: "Olga", note: "n", at: NOW, ...over },
});
const ordered = (over: Partial<RollbackOrder>) => changePromotion(begun, ordering(over)).rollback;

test("who ordered it is kept with the object id, and chained with it", () => {
  expect(ordered({ oid: "o-1" })).toEqual({ cause: "person", by: "Olga", oid: "o-1", note: "n", at: NOW });
  const { entries } = auditChange(begun, ordering({ oid: "o-1" }), () => "h");
  expect(entries.at(-1)).toMatchObject({ what: "rollback-ordered", who: "Olga", oid: "o-1" });
});

test("the soak has no object id", () => {
  expect(ordered({ cause: "regression" })?.oid).toBeUndefined();
});

test("name and note are cut as the pair coordinator cuts them, and say so", () => {
  expect(ordered({ by: "b".repeat(61), note: "n".repeat(161) })).toMatchObject({
    ...{ by: `${"b".repeat(59)}…`, note: `${"n".repeat(159)}…` },
  });
});
