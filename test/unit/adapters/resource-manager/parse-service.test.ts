import { parseInstance, parseService } from "../../../../src/adapters/resource-manager/parse-service";
import { correlationOf, errorIn, failedRead } from "../../../../src/adapters/resource-manager/replies";
import { judgeProbe } from "../../../../src/domain/cloud-service/probe";

/** Tags, names and messages are written by whoever may; verdicts, plans and questions show them. */
const hostile = "v2\r\n\u001b[31m\u202e\u200bx";
const clean = "v2   [31m\ufffd\ufffdx";

test("the version tag of a service, which approvers see, is cleaned, and a hidden difference stays a difference", () => {
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

test("names and states of instances, and what an error says, are cleaned", () => {
  const statuses = [{ code: `RoleState${hostile}` }];
  expect(
    parseInstance({ name: `Web_IN_0${hostile}`, properties: { instanceView: { statuses } } }),
  ).toMatchObject({
    name: `Web_IN_0${clean}`,
    states: [`RoleState${clean}`],
  });
  const body = { error: { code: hostile, message: hostile } };
  expect(errorIn(body, "x")).toEqual({ code: clean, message: clean });
  const reply = { status: 403, headers: { get: () => undefined }, bodyAsText: JSON.stringify(body) };
  expect(failedRead(reply, 0)).toEqual({ kind: "denied", detail: `${clean}: ${clean}` });
  expect(correlationOf({ ...reply, headers: { get: () => "c\u009b1" } })).toBe("c 1");
});

test("what a probe tells of an answer is cleaned", () => {
  const header = { name: "x-version", equals: "v3" };
  const answer = {
    kind: "answered",
    status: 200,
    headers: { "x-version": hostile },
    body: "",
    latencyMs: 1,
  } as const;
  const { detail } = judgeProbe({ name: "p", expect: { header } }, answer);
  expect(detail).not.toMatch(/\p{Cc}|\p{Bidi_C}|\u200b/u);
  expect(detail).toContain("\ufffd");
});
