import { alertOf } from "../../../../src/domain/promotion/alerts";

test("an outcome that a person must look at raises an alert by its own name, any other none", () => {
  expect([alertOf("halted"), alertOf("rolled-back"), alertOf("promoted"), alertOf("refused")]).toEqual([
    { code: "halted", message: "a promotion was halted: a person must look" },
    { code: "rolled-back", message: "a promotion was rolled back: the release needs a look" },
    undefined,
    undefined,
  ]);
});
