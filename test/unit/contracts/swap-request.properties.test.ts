import fc from "fast-check";
import { parseListQuery, parseNote } from "../../../src/contracts/commands";
import { parseSwapRequest } from "../../../src/contracts/swap-request";

/** Parsers meet whatever a stranger may send: they never throw, and tell every mistake at once. */
const good = { requestId: "r-1", pair: "shop", promote: "green", reason: "why", requestedBy: "who" };
const wrong: Readonly<Record<keyof typeof good, unknown>> = {
  requestId: "a/b",
  pair: "Not A Pair",
  promote: "purple",
  reason: "",
  requestedBy: 7,
};
const anything = fc.oneof(fc.anything(), fc.jsonValue(), fc.string({ unit: "binary" }), fc.object());

test("no parser throws, and every refusal has an issue", () => {
  fc.assert(
    fc.property(anything, fc.boolean(), (body, required) => {
      const parsed = [parseSwapRequest(body), parseNote(body, required)];
      for (const each of parsed) if (!each.ok) expect(each.issues.length).toBeGreaterThan(0);
    }),
    { numRuns: 1_000 },
  );
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.string()), (query) => {
      const parsed = parseListQuery(query, []);
      if (!parsed.ok) expect(parsed.issues.length).toBeGreaterThan(0);
    }),
  );
});

test("every wrong field has one issue, and no good field has one", () => {
  const names = Object.keys(good) as (keyof typeof good)[];
  fc.assert(
    fc.property(fc.subarray(names), fc.subarray(names), fc.boolean(), (bad, missing, stranger) => {
      const entries = names
        .filter((name) => !missing.includes(name))
        .map((name) => [name, bad.includes(name) ? wrong[name] : good[name]]);
      const body = { ...(Object.fromEntries(entries) as object), ...(stranger ? { more: 1 } : {}) };
      const expected = [...new Set([...bad, ...missing, ...(stranger ? ["more"] : [])])].map(
        (name) => `$.${name}`,
      );
      const parsed = parseSwapRequest(body);
      expect(parsed.ok ? [] : parsed.issues.map(({ path }) => path).sort()).toEqual(expected.sort());
    }),
    { numRuns: 300 },
  );
});

test("the same content has the same hash, whatever the order and the envelope", () => {
  const order = fc.shuffledSubarray(Object.entries(good), { minLength: 5, maxLength: 5 });
  const meant = (body: unknown) => {
    const parsed = parseSwapRequest(body);
    return parsed.ok && [parsed.value.request, parsed.value.contentHash];
  };
  fc.assert(
    fc.property(order, fc.boolean(), (entries, enveloped) => {
      const data = Object.fromEntries(entries);
      const type = "cloud-service-swap.promotion.requested";
      const body = enveloped ? { specversion: "1.0", type, id: "e", source: "s", data } : data;
      expect(meant(good)).toHaveLength(2);
      expect(meant(body)).toEqual(meant(good));
    }),
  );
});
