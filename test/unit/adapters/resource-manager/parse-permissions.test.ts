import { permitted } from "../../../../src/domain/cloud-service/permission";
import { adapter, type Reply } from "../../../support/arm-adapter";
import { green } from "../../../support/arm-transports";

const WRITE = "Microsoft.Network/cloudServiceSlots/write";
const role = (actions: unknown, notActions?: unknown) => ({ actions, notActions, dataActions: [] });
const ok = (body: unknown): Reply => ({ status: 200, body });

test("the app's own permissions are asked for at the service, once", async () => {
  const { services, asked } = adapter(() => ok({ value: [role(["*"], ["x/*"])] }));
  expect(await services.readPermissions(green)).toMatchObject({
    kind: "found",
    value: { resourceId: green, grants: [{ actions: ["*"], notActions: ["x/*"] }], isWhole: true },
  });
  expect(asked.map(({ method, url }) => `${method} ${new URL(url).pathname}${new URL(url).search}`)).toEqual([
    `GET ${green}/providers/Microsoft.Authorization/permissions?api-version=2022-04-01`,
  ]);
});

test.each<[string, Reply, string]>([
  ["every right", ok({ value: [role(["*"], [])] }), "granted"],
  ["no role", ok({ value: [] }), "missing"],
  ["a role without exclusions", ok({ value: [role(["a/read"])] }), "missing"],
  ["names of another casing", ok({ VALUE: [{ Actions: ["*"], NotActions: [] }] }), "granted"],
  ["no list", ok({}), "unknown"],
  ["a list that is none", ok({ value: "x" }), "unknown"],
  ["a role without actions", ok({ value: [{}] }), "unknown"],
  ["a role whose actions are no texts", ok({ value: [role([7, "*"], [])] }), "unknown"],
  ["exclusions that are no texts", ok({ value: [role(["*"], [null])] }), "unknown"],
  ["a next page", ok({ value: [], nextLink: "https://evil.example/next" }), "unknown"],
  ["403", { status: 403, body: { error: { code: "AuthorizationFailed", message: "m" } } }, "unknown"],
  ["404", { status: 404, body: {} }, "unknown"],
  ["429", { status: 429, body: {} }, "unknown"],
  ["no JSON", { status: 200, body: "<html>" }, "unknown"],
])("of %s, writing the slot is judged", async (_what, reply, expected) => {
  const { services, asked } = adapter(() => reply);
  expect(permitted(await services.readPermissions(green), WRITE)).toBe(expected);
  expect(asked).toHaveLength(1);
});

test("a list that does not come is unknown", async () => {
  const { services } = adapter(() => "hang");
  expect(await services.readPermissions(green)).toMatchObject({ kind: "unavailable" });
});
