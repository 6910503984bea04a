import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSwapRequest, swapRequestSchema } from "../../src/contracts/swap-request";

const page = readFileSync(join(__dirname, "../../docs/writing-a-request.md"), "utf8");
const examples = [...page.matchAll(/```json\n([^]*?)```/g)].map(
  (match) => JSON.parse(match[1] ?? "") as unknown,
);

test("the page's request and its CloudEvent are the same request", () => {
  const [plain, event] = examples.map((example) => parseSwapRequest(example));
  if (!plain?.ok || !event?.ok) throw new Error("not accepted");
  expect(event.value).toEqual({ ...plain.value, sent: { ...plain.value.sent, at: ["data"] } });
});

test("the page's wrong request gets the issues that the page shows", () => {
  const parsed = parseSwapRequest(examples[2]);
  expect(parsed).toMatchObject({ ok: false, requestId: null, issues: examples[3] });
});

test("the page describes every field, and its request shows each of them", () => {
  const fields = Object.keys(swapRequestSchema.shape);
  expect(Object.keys(examples[0] as object).sort()).toEqual(fields.sort());
  for (const field of fields) expect(page).toMatch(new RegExp(`^\\| \`${field}(?:\\.\\w+)?\` `, "m"));
});
