import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Ajv2020 from "ajv/dist/2020";
import addFormats from "ajv-formats";
import { pairsFileSchema } from "../../../src/config/pairs-file";
import { contractSchemas, publish } from "../../../src/contracts/json-schemas";

const folder = join(__dirname, "../../../docs/schemas");
const schemas: Record<string, object> = { ...contractSchemas(), pairs: publish("pairs", pairsFileSchema) };

test.each(Object.entries(schemas))("the published schema %s is the one the code enforces", (name, schema) => {
  const file = join(folder, `${name}.schema.json`);
  const text = `${JSON.stringify(schema, null, 2)}\n`;
  if (process.env["UPDATE_SCHEMAS"] === "1") {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, text);
  }
  expect(readFileSync(file, "utf8")).toBe(text);
});

test("the published schemas agree with the parser on a good and on a bad request", () => {
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
