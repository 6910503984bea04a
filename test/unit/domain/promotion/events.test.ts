import { alertOf, fieldsOf } from "../../../../src/domain/promotion/events";
import { begun, conclude, play } from "../../../support/described-promotion";

const concluded = play(begun, conclude());

test("an outcome that needs a person raises an alert, and others raise none", () => {
  expect([alertOf("halted"), alertOf("rolled-back"), alertOf("promoted"), alertOf("refused")]).toEqual([
    { code: "halted", message: "a promotion was halted: a person must act" },
    { code: "rolled-back", message: "a promotion was rolled back: review the release" },
    undefined,
    undefined,
  ]);
});

test("the log line of an outcome names request, pair, code, outcome and detail", () => {
  expect(fieldsOf(concluded, concluded.conclusion!)).toEqual({
    ...{ requestId: "r-1", pair: "shop", code: "queue-full", detail: "expired: why" },
  });
});
