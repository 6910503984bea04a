import { parseService } from "../../../../src/adapters/resource-manager/parse-service";

/** Others write tags, names and messages; verdicts, plans and questions show them. */
const hostile = "v2\r\n\u001b[31m\u202e\u200bx";
const clean = "v2   [31m\ufffd\ufffdx";

test("cleans the version tag that approvers see, and keeps hidden differences", () => {
  const parsing = {
    id: "/green",
    now: 0,
    versionTag: "version",
    digest: (text: string) => text.padEnd(16, "."),
  };
  const version = (tag: string) => parseService({ tags: { version: tag } }, parsing).version;
  expect(version(hostile)).toBe(clean);
  expect(version("v2\u200b")).not.toBe(version("v2"));
});

test("a configuration is digested as it came", () => {
  const parsing = { id: "/green", now: 0, versionTag: "version", digest: (text: string) => text };
  expect(parseService({ properties: { configuration: "a\r\nb" } }, parsing).configurationDigest).toBe(
    "a\r\nb",
  );
  expect(parseService({ properties: { configuration: 5 } }, parsing).configurationDigest).toBeUndefined();
});
