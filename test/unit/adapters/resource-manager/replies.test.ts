import { checkRoles, decideReadiness } from "../../../../src/domain/cloud-service/readiness";
import { adapter, adapterOn } from "../../../support/arm-adapter";
import { blue, green, type InProcess, openInProcess, world } from "../../../support/arm-transports";
import { parseInstance } from "../../../../src/adapters/resource-manager/parse-service";
import { correlationOf, errorIn, failedRead } from "../../../../src/adapters/resource-manager/replies";

/** The number of reads left, under either header name, sets the pace of the readiness checks. */
let arm: InProcess | undefined;
afterEach(() => arm?.close());

const pace = async (over: object) => {
  const opened = openInProcess(world(over));
  arm = opened;
  const services = adapterOn(opened);
  const check = async (side: "blue" | "green", id: string) =>
    checkRoles(side, await services.readService(id, "version"), await services.readInstances(id));
  const rule = { stableForMs: 120_000, pollMs: 10_000, deadlineMs: 3_600_000 };
  return decideReadiness(undefined, await check("green", green), await check("blue", blue), rule);
};
const few = { size: 50, perSecond: 1 };

test.each([
  ["reads are plenty, under the names of today", 10_000, {}],
  ["reads are plenty, under the old name", 10_000, { names: "regional" }],
  ["few are left of all regions, under the names of today", 30_000, { globalReads: few }],
  ["few are left in the region, under the old name", 30_000, { names: "regional", reads: few }],
  ["few are left in the region, under both names", 30_000, { names: "both", reads: few }],
  ["few are left of all regions, under both names", 30_000, { names: "both", globalReads: few }],
  ["few are left, and nobody says so", 10_000, { names: "none", reads: few, globalReads: few }],
])("when %s, readiness is checked again in %i ms", async (_name, expected, throttling) => {
  expect(await pace({ throttling })).toMatchObject({ kind: "not-yet", nextMs: expected });
});

test.each<readonly [Record<string, string>, number | undefined]>([
  [{ "x-ms-ratelimit-remaining-subscription-reads": "42" }, 42],
  [{ "x-ms-ratelimit-remaining-subscription-global-reads": "3749" }, 3_749],
  [
    {
      "x-ms-ratelimit-remaining-subscription-reads": "249",
      "x-ms-ratelimit-remaining-subscription-global-reads": "9",
    },
    9,
  ],
  [
    {
      "x-ms-ratelimit-remaining-subscription-reads": "",
      "x-ms-ratelimit-remaining-subscription-global-reads": "7",
    },
    7,
  ],
  ...["", " ", "many", "-1", "1e3", "0x10", "Infinity", "12;w=1"].map(
    (text) => [{ "x-ms-ratelimit-remaining-subscription-global-reads": text }, undefined] as const,
  ),
])("of %j the smallest number of reads left counts: %p", async (headers, expected) => {
  const { services } = adapter(() => ({ status: 200, headers, body: { value: [] } }));
  const read = await services.readInstances(green);
  if (read.kind !== "found") throw new Error(read.kind);
  expect(read.value.remainingReads).toBe(expected);
});

/** Others write tags, names and messages; verdicts, plans and questions show them. */
const hostile = "v2\r\n\u001b[31m\u202e\u200bx";

const clean = "v2   [31m\ufffd\ufffdx";

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
