import { existsSync } from "node:fs";
import { join } from "node:path";
import { catchFault, undone } from "./planted";
import { plantedFaults } from "./planted-faults";

test.each(plantedFaults.map((fault) => [fault.name, fault] as const))(
  "the text of '%s' occurs exactly once in the compiled product",
  (_name, fault) => {
    expect(() => undone(fault)).not.toThrow();
  },
);

test("every planted fault has its own name", () => {
  expect(new Set(plantedFaults.map(({ name }) => name)).size).toBe(plantedFaults.length);
});

test("each unit test that alone catches a fault exists", () => {
  const missing = plantedFaults.flatMap(({ onlyBy }) =>
    onlyBy && !existsSync(join(__dirname, "../../unit", onlyBy.test)) ? [onlyBy.test] : [],
  );
  expect(missing).toEqual([]);
});

test("an execution that does not wait for its claim is caught within five worlds", async () => {
  const fault = plantedFaults.find(({ name }) => name === "skip the claim");
  expect(await catchFault(fault!, 5)).toMatchObject({ invariant: "I8" });
}, 60_000);
