import { createTokenVerifier } from "../../src/adapters/token-verifier";
import { startIssuer, type LocalIssuer } from "../../local/identity";
import { startScenario, type Scenario } from "../support/scenario";

/** Abuse with the content of a request, over the real HTTP API with the real token verifier. */

interface Reply {
  readonly code?: string;
  readonly detail?: string;
  readonly promotion?: string;
  readonly issues?: readonly { readonly path: string; readonly value: string }[];
}

let issuer: LocalIssuer;
let scenario: Scenario;
let requester: string;
let operator: string;
beforeAll(async () => {
  issuer = await startIssuer({ host: "127.0.0.1", port: 0, audience: "api://swap" });
});
afterAll(() => issuer.stop());
beforeEach(async () => {
  const verifier = createTokenVerifier({ issuer: issuer.issuer, audience: "api://swap" });
  scenario = await startScenario({ verifier });
  requester = await issuer.token("requester");
  operator = await issuer.token("operator");
});
afterEach(() => scenario.stop());

const request = { requestId: "r-1", pair: "shop", promote: "green", reason: "test" };
const later = (ms: number) => new Date(scenario.clock.now() + ms).toISOString();
const DAY = 86_400_000;

async function post(path: string, body: unknown, token = requester) {
  const authorization = `Bearer ${token}`;
  const { status, body: reply, headers } = await scenario.raw("POST", path, body, { authorization });
  return { status, reply: reply as Reply, headers };
}

/** Expects no promotion record, no place at the pair and no event. */
async function leavesNothing(requestId: string): Promise<void> {
  const authorization = `Bearer ${operator}`;
  const check = await scenario.raw("GET", `promotions/${requestId}`, undefined, { authorization });
  expect(check.status).toBe(404);
  expect(JSON.stringify([await scenario.pair()])).not.toContain(requestId);
  expect([scenario.published, scenario.news, scenario.puts()]).toEqual([[], [], 0]);
}

test("17. an id in the format of a schedule's ids: 400, and nothing is kept", async () => {
  for (const requestId of ["schedule-shop-20261201T010000Z", "Schedule-new-20991201T010000z"]) {
    const { status, reply } = await post("promotions", { ...request, requestId }, operator);
    expect([status, reply.code]).toEqual([400, "reserved-id"]);
    await leavesNothing(requestId);
  }
});

test("18. times in the past, beyond 90 days or with five-digit years are refused", async () => {
  const tried: [object, number, string][] = [
    [{ expiresAt: later(-1) }, 409, "request-expired"],
    [{ expiresAt: "0001-01-01T00:00:00Z" }, 409, "request-expired"],
    [{ notBefore: later(91 * DAY) }, 400, "too-far-ahead"],
    [{ expiresAt: "9999-12-31T23:59:59Z" }, 400, "too-far-ahead"],
    [{ notBefore: "9999-12-31T23:59:59-01:00" }, 400, "malformed-request"],
    [{ notBefore: "+012026-01-01T00:00:00Z" }, 400, "malformed-request"],
  ];
  for (const [over, status, code] of tried) {
    const answer = await post("promotions", { ...request, ...over });
    expect([answer.status, answer.reply.code]).toEqual([status, code]);
  }
  await leavesNothing("r-1");
});

test("19. a repeated request returns the same promotion, even after its expiresAt", async () => {
  const timed = { ...request, expiresAt: later(60_000) };
  expect((await post("promotions", timed)).status).toBe(202);
  await scenario.advance({ minutes: 10 });
  expect((await scenario.promotion("r-1")).conclusion?.outcome).toBe("expired");
  expect((await post("promotions", timed)).status).toBe(200);
  expect((await post("promotions", timed, operator)).status).toBe(200);
  expect((await post("promotions", { ...timed, irreversible: false, soak: {} })).status).toBe(200);
});

test("20. a taken id: 409 names each differing field and links to the promotion", async () => {
  await post("promotions", request);
  const other = { ...request, promote: "blue", requestedBy: "somebody", irreversible: true };
  const { status, reply, headers } = await post("promotions", other);
  expect([status, reply.code, reply.promotion]).toEqual([409, "request-conflict", "/api/promotions/r-1"]);
  expect(headers.get("link")).toBe('</api/promotions/r-1>; rel="related"');
  expect(reply.issues?.map(({ path }) => path)).toEqual(["$.promote", "$.requestedBy", "$.irreversible"]);
  // A field that the sender omits does not count as different.
  const unnamed = await post("promotions", { ...request, reason: "another" }, operator);
  expect(unnamed.reply.issues?.map(({ path }) => path)).toEqual(["$.reason"]);
  const withBreakGlass = await post("promotions", { ...request, breakGlass: { reason: "now" } }, operator);
  expect(withBreakGlass.reply.issues).toMatchObject([{ path: "$.breakGlass", value: '{"reason":"now"}' }]);
});

test("21. every route with a body answers 400 to a repeated field or invalid UTF-8", async () => {
  await post("promotions", request);
  await scenario.app.settle();
  const before = [await scenario.promotion("r-1"), await scenario.pair()];
  const twice = Buffer.from('{"note":"a","reason":"a","no\\u0074e":"b","requestId":"x","requestId":"y"}');
  const latin = Buffer.concat([Buffer.from('{"note":"'), Buffer.from([0xfc]), Buffer.from('"}')]);
  const paths = [
    "promotions",
    "promotions/r-1/cancel",
    "promotions/r-1/rollback",
    "plans",
    "pairs/shop/cancel",
  ];
  for (const path of paths) {
    const doubled = await post(path, twice, operator);
    expect([path, doubled.status, doubled.reply.issues?.map((each) => each.path)]).toEqual([
      ...[path, 400],
      ["$.note", "$.requestId"],
    ]);
    const other = await post(path, latin, operator);
    expect([path, other.status, other.reply.issues?.[0]?.value]).toEqual([
      ...[path, 400],
      `${latin.length} bytes that are not UTF-8`,
    ]);
  }
  expect([await scenario.promotion("r-1"), await scenario.pair()]).toEqual(before);
});

test("22. an operator still gets a place at a full pair, and clears it with one call", async () => {
  const notBefore = later(80 * DAY);
  const fill = Array.from({ length: 32 }, (_, i) => ({ ...request, requestId: `fill-${i}`, notBefore }));
  for (const each of fill) await post("promotions", each);
  await scenario.app.settle();
  expect((await scenario.pair()).registered.length).toBeLessThan(30);
  expect((await post("promotions", { ...request, requestId: "mine" }, operator)).status).toBe(202);
  const cancel = (body: object, token = operator) => post("pairs/shop/cancel", body, token);
  expect((await cancel({ note: "flood" }, requester)).status).toBe(403);
  expect((await cancel({})).status).toBe(400);
  const named = await cancel({ note: "flood", requestIds: ["fill-0", "fill-1", "nobody"] });
  expect(named.reply).toMatchObject({
    pair: "shop",
    cancelled: 2,
    value: [
      { requestId: "fill-0", result: "cancelled", links: { self: "/api/promotions/fill-0" } },
      { requestId: "fill-1", result: "cancelled" },
      { requestId: "nobody", result: "already-concluded", reason: { code: "already-concluded" } },
    ],
  });
  const all = await cancel({ note: "flood" });
  const again = await cancel({ note: "flood" });
  expect([all.status, again.status]).toEqual([200, 200]);
  await scenario.advance({ minutes: 5 });
  expect((await scenario.pair()).registered).toEqual([]);
  expect(new Set(scenario.published.map(({ data }) => data.outcome))).toEqual(
    new Set(["cancelled", "refused"]),
  );
  expect((await scenario.promotion("fill-7")).conclusion).toMatchObject({ outcome: "cancelled" });
  expect(scenario.puts()).toBe(0);
}, 120_000);

test("23. a flood of requests with mistakes or unknown pairs leaves no record", async () => {
  for (let i = 0; i < 20; i++) {
    const unknown = await post("promotions", { ...request, requestId: `u-${i}`, pair: "nowhere" });
    const wrong = await post("promotions", { ...request, requestId: `w-${i}`, promote: "red" });
    expect([unknown.status, wrong.status]).toEqual([404, 400]);
  }
  await leavesNothing("u-0");
  await leavesNothing("w-0");
});
