import { httpRoutes, type Route } from "../../src/triggers/http/routes";
import { startScenario, type Scenario } from "../support/scenario";

/** Calls with unknown methods, paths and query fields. Every answer is readable. */
let scenario: Scenario;
beforeAll(async () => {
  scenario = await startScenario();
});
afterAll(() => scenario.stop());

const nobody = () => Promise.reject(new Error("nothing is read here"));
const gate = {
  portsFor: () => {
    throw new Error("nothing is asked here");
  },
  verifier: { verify: nobody },
};
const routes: readonly Route[] = httpRoutes(gate, { plan: nobody, describe: nobody });
const known = routes.filter(({ name }) => name !== "unknownRoute");
const templates = [...new Set(known.map(({ route }) => route))];
const methodsOf = (template: string) =>
  known.filter(({ route }) => route === template).flatMap(({ methods }) => methods as readonly string[]);
const pathOf = (template: string) => template.replace(/\{(?:name|pair)\}/, "shop").replace(/\{\w+\}/g, "x-1");
// fetch sends neither TRACE nor CONNECT.
const asked = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

async function ask(
  method: string,
  path: string,
  authorization = JSON.stringify({ permissions: everything }),
) {
  const reply = await scenario.raw(method, path, undefined, { authorization });
  const body = (reply.body ?? {}) as { code?: string; status?: number; issues?: object[] };
  return {
    status: reply.status,
    allow: reply.headers.get("allow"),
    type: reply.headers.get("content-type"),
    body,
  };
}
const everything = ["Swap.Read", "Swap.Request", "Swap.Approve", "Swap.Operate"];
const sorted = (list: string | readonly string[] | null) =>
  (typeof list === "string" ? list.split(", ") : [...(list ?? [])]).sort();

test("the catch-all function sorts after every route, so the host tries it last", () => {
  const names = routes.map(({ name }) => name.toLowerCase());
  expect([...names].sort().at(-1)).toBe("unknownroute");
});

test.each(templates)(
  "34. /api/%s answers other methods with 405 and Allow, and OPTIONS with Allow",
  async (template) => {
    const allowed = [...new Set([...methodsOf(template), "OPTIONS"])];
    for (const method of asked) {
      const { status, allow, type, body } = await ask(method, pathOf(template));
      if (method === "OPTIONS")
        expect([method, status, sorted(allow)]).toEqual([method, 204, sorted(allowed)]);
      else if (allowed.includes(method))
        expect([method, status === 405, allow]).toEqual([method, false, null]);
      else {
        expect([method, status, sorted(allow), type]).toEqual([
          method,
          405,
          sorted(allowed),
          "application/problem+json",
        ]);
        if (method !== "HEAD") expect(body).toMatchObject({ code: "method-not-allowed", status: 405 });
      }
    }
  },
);

test.each(templates.filter((each) => methodsOf(each).includes("GET")))(
  "35. HEAD /api/%s answers as GET does, without a body, and needs the same token",
  async (template) => {
    const [head, get] = [await ask("HEAD", pathOf(template)), await ask("GET", pathOf(template))];
    expect([head.status, head.type, head.body]).toEqual([get.status, get.type, {}]);
  },
);

test.each([
  "",
  "nothing",
  "promotions/x-1/nothing",
  "pairs/shop/audit/1",
  "holds",
  "health/x",
  "%2e%2e%2fadmin",
  "promotions/a%2Fb/cancel/x",
])("36. /api/%s answers every method with 404 problem details and needs no token", async (path) => {
  for (const method of asked) {
    const { status, type, body } = await ask(method, path, "");
    expect([method, status, type]).toEqual([method, 404, "application/problem+json"]);
    if (method !== "HEAD") expect(body).toMatchObject({ code: "not-found", status: 404 });
  }
});

test("37. HEAD and GET of health need no token", async () => {
  for (const method of ["HEAD", "GET"]) {
    const reply = await fetch(`${scenario.app.host.origin}/api/health`, { method });
    expect(reply.status).toBe(200);
  }
});

test("38. every call refuses an unknown query field, lists known ones, shows no value", async () => {
  for (const { methods, route } of known) {
    const [method = "GET"] = methods;
    const { status, body } = await ask(method, `${pathOf(route)}?code=canary-canary&x=1`);
    expect([route, status, body.code]).toEqual([route, 400, "invalid-query"]);
    expect(JSON.stringify(body)).not.toContain("canary");
    expect(body.issues).toEqual([
      {
        path: "$.code",
        value: "***",
        expectation: expect.stringContaining("no such field; known fields: "),
      },
      { path: "$.x", value: "***", expectation: expect.stringContaining("no such field; known fields: ") },
    ]);
  }
});

const forged = (text: string) => Buffer.from(text).toString("base64url");
test.each([
  ["pair=nowhere", "$.pair", "shop"],
  ["pair=", "$.pair", "shop"],
  ["pair=shop&pair=shop", "$.pair", "shop"],
  ["phase=waiting", "$.phase", "awaiting-approval, "],
  ["outcome=done", "$.outcome", "rolled-back, halted"],
  ["top=0", "$.top", "1 to 100"],
  ["after=x", "$.after", "token"],
  [`after=${forged("1 ../../etc")}`, "$.after", "token"],
])("39. a list with %s is refused, and the reply says what is allowed", async (query, path, described) => {
  const { status, body } = await ask("GET", `promotions?${query}`);
  expect([status, body.code]).toEqual([400, "invalid-query"]);
  expect(body.issues).toEqual([
    { path, value: expect.any(String), expectation: expect.stringContaining(described) },
  ]);
});

test("one reply reports every mistake of a list", async () => {
  const { body } = await ask("GET", "promotions?pair=nowhere&phase=waiting&outcome=done&top=x&after=x");
  expect(body.issues).toHaveLength(5);
});
