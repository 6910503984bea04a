import addFormats from "ajv-formats";
import Ajv2020 from "ajv/dist/2020";
import fc from "fast-check";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pairsFileSchema } from "../../../src/config/pairs-file";
import { durationMs } from "../../../src/contracts/fields";
import { contractSchemas, publish } from "../../../src/contracts/json-schemas";
import { parseSwapRequest } from "../../../src/contracts/swap-request";
import { defaultPolicy } from "../../../src/domain/policy/policy";

const folder = join(__dirname, "../../../docs/schemas");
const schemas: Record<string, object> = {
  ...contractSchemas(),
  pairs: publish("pairs", pairsFileSchema, "The pairs this installation may touch, and their policy"),
};

test.each(Object.entries(schemas))(
  "the published schema %s is the one that the code enforces",
  (name, schema) => {
    const file = join(folder, `${name}.schema.json`);
    const text = `${JSON.stringify(schema, null, 2)}\n`;
    if (process.env["UPDATE_SCHEMAS"] === "1") {
      mkdirSync(folder, { recursive: true });
      writeFileSync(file, text);
    }
    expect(readFileSync(file, "utf8")).toBe(text);
  },
);

test("the published schemas agree with the parser on a good and a bad request", () => {
  const ajv = addFormats(new Ajv2020({ strict: false }));
  const validate = ajv.compile(schemas["swap-request"]!);
  const good = { requestId: "r-1", pair: "shop", promote: "green", reason: "x", requestedBy: "y" };
  expect(validate(good)).toBe(true);
  expect(validate({ ...good, extra: 1 })).toBe(false);
  expect(validate({ ...good, requestId: "a/b" })).toBe(false);
});

test("the sample pairs file fits its schema", () => {
  const sample: unknown = JSON.parse(readFileSync(join(__dirname, "../../../pairs.sample.json"), "utf8"));
  expect(addFormats(new Ajv2020({ strict: false })).compile(schemas["pairs"]!)(sample)).toBe(true);
});

test("every schema has its identity and a title, and describes the fields of its data", () => {
  const describedIn = (schema: unknown, path: string): string[] => {
    const { properties = {} } = schema as { properties?: Record<string, { description?: string }> };
    return Object.entries(properties)
      .filter(([, field]) => !field.description)
      .map(([name]) => `${path}.${name}`);
  };
  for (const [name, schema] of Object.entries(schemas)) {
    expect(schema).toMatchObject({
      $id: `urn:cloud-service-swap:schema:${name}:1`,
      title: expect.any(String),
    });
    const { properties } = schema as { properties: Record<string, object> };
    if (name === "replies") continue;
    const place = properties["data"] ?? schema;
    expect(describedIn(place, name)).toEqual([]);
  }
  const { pairs } = (schemas["pairs"] as { properties: { pairs: { additionalProperties: object } } })
    .properties;
  expect(describedIn(pairs.additionalProperties, "pairs")).toEqual([]);
});

test.each(["readiness", "swap", "verification"] as const)(
  "the pairs schema has the product's default of %s",
  (group) => {
    const { defaults } = (
      schemas["pairs"] as {
        properties: { defaults: { properties: Record<string, { description: string }> } };
      }
    ).properties;
    const described = [...(defaults.properties[group]?.description ?? "").matchAll(/\((\d+[smhd])\)/g)];
    const standard: Readonly<Record<string, number>> = defaultPolicy[group];
    expect(described.map((match) => durationMs(match[1] ?? "")).sort()).toEqual(
      Object.values(standard).sort(),
    );
  },
);

test("what the parser accepts, the published schema accepts", () => {
  const validate = addFormats(new Ajv2020({ strict: false })).compile(schemas["swap-request"]!);
  const request = fc.record(
    {
      requestId: fc.stringMatching(/^[A-Za-z0-9-]{1,100}$/),
      pair: fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/),
      promote: fc.constantFrom("blue", "green", "staging"),
      reason: fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }),
      requestedBy: fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }),
      expect: fc.record({ version: fc.string({ minLength: 1, maxLength: 120 }) }),
      expiresAt: fc.constantFrom(
        "2028-02-29T23:59:59.123456789+14:00",
        "2026-11-24T00:00:00Z",
        "0001-01-01T00:00:00-12:00",
      ),
      readiness: fc.record(
        { stableFor: fc.constantFrom("1s", "010m", "1d"), deadline: fc.constantFrom("2s", "7d") },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: ["requestId", "pair", "promote", "reason", "requestedBy"] },
  );
  let accepted = 0;
  fc.assert(
    fc.property(request, (body) => {
      if (!parseSwapRequest(body).ok) return;
      accepted += 1;
      expect(validate(body)).toBe(true);
    }),
  );
  expect(accepted).toBeGreaterThan(10);
});
