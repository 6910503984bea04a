import {
  green,
  monitorOf,
  read,
  swap,
  transports,
  world,
  type Answer,
  type Arm,
} from "../support/arm-transports";

const resultOf = ({ headers }: Answer) => headers.get("location") ?? "";
const codeOf = ({ status, body }: Answer) => [
  status,
  (body as { error?: { code: string } } | undefined)?.error?.code,
];

/** Operation addresses like Azure's: long, signed, and new in every reply. */
describe.each(transports)("the addresses of an operation (%s)", (_name, open) => {
  let arm: Arm;
  const opened = async (answer: object, over: object = {}) => {
    await arm.close();
    arm = await open(
      world({ faults: [{ method: "PUT", answer: { kind: "operation", ...answer } }], ...over }),
    );
    return swap(arm, green);
  };
  beforeEach(async () => {
    arm = await open();
  });
  afterEach(() => arm.close());

  test("have the length and the query of Azure's", async () => {
    const put = await swap(arm, green);
    for (const url of [monitorOf(put), resultOf(put)]) {
      expect(url).toHaveLength(3_200);
      expect([...new URL(url).searchParams.keys()]).toEqual(["api-version", "t", "c", "s", "h"]);
    }
    expect(put.headers.get("azure-asyncnotification")).toBe("Enabled");
  });

  test("each reply has new addresses in the same headers, and old ones keep working", async () => {
    const put = await swap(arm, green);
    const seen = new Set([monitorOf(put)]);
    let last = put;
    for (let polls = 1; polls <= 3; polls++) {
      last = await read(arm, monitorOf(last));
      expect([last.status, last.body.status]).toEqual([200, "InProgress"]);
      expect(seen.has(monitorOf(last))).toBe(false);
      expect((await read(arm, resultOf(last))).status).toBe(202);
      seen.add(monitorOf(last));
    }
    for (const url of seen) expect((await read(arm, url)).status).toBe(200);
    arm.pass(2);
    const over = await read(arm, monitorOf(last));
    expect([over.body.status, over.headers.get("azure-asyncoperation") ?? undefined]).toEqual([
      "Succeeded",
      undefined,
    ]);
  });

  test.each([
    ["azure-asyncoperation", [true, false]],
    ["location", [false, true]],
    ["none", [false, false]],
  ] as const)("an operation first named by %s keeps that header", async (headers, expected) => {
    const put = await opened({ headers });
    const named = ({ headers: all }: Answer) =>
      ["azure-asyncoperation", "location"].map((name) => (all.get(name) ?? undefined) !== undefined);
    expect(named(put)).toEqual(expected);
    if (headers === "none") return;
    const url = headers === "location" ? resultOf(put) : monitorOf(put);
    expect(named(await read(arm, url))).toEqual(expected);
  });

  test.each([0, 4_096, 6_144, 13_000])("can have %i characters each", async (characters) => {
    const put = await opened({ characters });
    for (const url of [monitorOf(put), resultOf(put)]) {
      expect(url.length).toBeGreaterThanOrEqual(characters);
      expect(url.length).toBeLessThanOrEqual(Math.max(characters, 700));
      expect([200, 202]).toContain((await read(arm, url)).status);
    }
  });

  test("refuses an address without its signature or with another's", async () => {
    const first = await swap(arm, green);
    const url = new URL(monitorOf(first));
    const other = new URL(resultOf(first));
    for (const name of ["t", "c", "s", "h"]) {
      const cut = new URL(url);
      cut.searchParams.delete(name);
      expect(codeOf(await read(arm, cut.href))).toEqual([403, "OperationUrlNotSigned"]);
      const short = new URL(url);
      short.searchParams.set(name, (url.searchParams.get(name) ?? "").slice(1));
      expect(codeOf(await read(arm, short.href))).toEqual([403, "OperationUrlNotSigned"]);
    }
    url.search = other.search;
    expect(codeOf(await read(arm, url.href))).toEqual([403, "OperationUrlNotSigned"]);
  });

  test("an old signature can expire by age or by number; the newest works", async () => {
    for (const answer of [{ expiresAfterPolls: 1 }, { expiresAfter: 5 }]) {
      const put = await opened({ ...answer, seconds: 600 });
      const polled = await read(arm, monitorOf(put));
      arm.pass(5);
      expect(codeOf(await read(arm, monitorOf(put)))).toEqual([403, "OperationUrlExpired"]);
      if ("expiresAfterPolls" in answer) expect((await read(arm, monitorOf(polled))).status).toBe(200);
    }
  });

  test("later addresses can have another host or another length", async () => {
    const put = await opened({ later: { origin: "https://other.example", characters: 13_000 } });
    expect(monitorOf(put).startsWith(arm.endpoint)).toBe(true);
    const polled = monitorOf(await read(arm, monitorOf(put)));
    expect([polled.startsWith("https://other.example/subscriptions/"), polled.length]).toEqual([
      true,
      13_000,
    ]);
  });

  test("a scenario can set the addresses of all its operations", async () => {
    const put = await opened({}, { swap: { operationUrls: { headers: "location", characters: 4_096 } } });
    expect([monitorOf(put), resultOf(put).length]).toEqual(["", 4_096]);
  });

  test("errors can be at the top level of a body, also for a failed operation", async () => {
    const put = await opened({
      outcome: "Failed",
      code: "VipSwapX",
      message: "boom",
      errorShape: "top-level",
    });
    arm.pass(2);
    const top = { Code: "VipSwapX", Message: "boom" };
    expect((await read(arm, monitorOf(put))).body).toMatchObject({ status: "Failed", ...top });
    expect((await read(arm, resultOf(put))).body).toMatchObject(top);
    await opened({}, { wire: { errors: "top-level" } });
    expect((await read(arm, `${green}x`)).body).toMatchObject({ Code: "ResourceNotFound" });
  });
});
