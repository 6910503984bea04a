import { codes, reason } from "../../../../src/domain/kernel/reason-codes";

test.each(Object.entries(codes))("%s has a status, an exit code and a remedy", (name, entry) => {
  expect(name).toMatch(/^[a-z]+(?:-[a-z]+)*$/);
  expect(entry.status).toBeGreaterThanOrEqual(200);
  expect(entry.status).toBeLessThan(600);
  expect(entry.exit).toBeGreaterThanOrEqual(0);
  expect(entry.exit).toBeLessThanOrEqual(9);
  expect(entry.remedy).toMatch(/^[A-Z].{10,}\.$|^.+: .+[a-z}]\.?$/);
});

test("a reason has the remedy of its code, or its own, and 600 characters of detail", () => {
  expect(reason("promoted", "d")).toEqual({ code: "promoted", detail: "d", remedy: codes.promoted.remedy });
  expect(reason("promoted", "d", "other").remedy).toBe("other");
  expect(reason("promoted", "x".repeat(600)).detail).toBe("x".repeat(600));
  expect(reason("promoted", "x".repeat(601)).detail).toBe(`${"x".repeat(597)}...`);
});
