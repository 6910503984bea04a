import type { HttpRequest, InvocationContext } from "@azure/functions";
import { codes } from "../../../src/domain/codes";
import type { PlanVerdict } from "../../../src/domain/plan";
import { decidePlan } from "../../../src/domain/planning";
import { httpRoutes } from "../../../src/triggers/http/routes";
import { createFakePorts } from "../../support/fake-ports";
import { aPair, aPolicy, aRequest, NOW } from "../../support/observations";

/** What POST plans says of the way back. */
const caller = {
  ...{ oid: "o-1", name: "Ada", application: false, permissions: ["Swap.Read"] as const, roles: [] },
};
const policy = aPolicy({ swapBack: "never" });

async function plan(verdict: PlanVerdict) {
  const ports = createFakePorts([policy]);
  const reading = { plan: () => Promise.resolve(verdict), describe: () => Promise.reject(new Error("x")) };
  const verifier = { verify: () => Promise.resolve({ caller }) };
  const routes = httpRoutes({ portsFor: () => ports, verifier }, reading);
  const request = {
    params: {},
    query: new URLSearchParams(),
    headers: new Headers({ authorization: "x", "content-type": "application/json" }),
    arrayBuffer: () => Promise.resolve(Buffer.from('{"pair":"shop","promote":"green"}')),
  } as unknown as HttpRequest;
  const context = { invocationId: "i", error: () => undefined } as unknown as InvocationContext;
  const reply = await routes.find(({ name }) => name === "postPlan")!.handler(request, context);
  return JSON.parse(reply.body as string) as Record<string, unknown>;
}

test("it says beforehand what would become of a regression, with what to do about it", async () => {
  const request = aRequest();
  const verdict = decidePlan({ ...{ request, policy, observed: aPair(), now: NOW }, digest: () => "h" });
  const body = await plan(verdict);
  expect(body).toMatchObject({
    verdict: "planned",
    plan: { hash: "h" },
    wayBack: {
      kind: "by-order",
      warnings: [
        { code: "way-back-by-person", remedy: codes["way-back-by-person"].remedy },
        { code: "way-back-without-probes" },
      ],
    },
  });
  expect(body["plan"]).not.toHaveProperty("wayBack");
});

test("where nothing would be swapped there is nothing to say of it", async () => {
  const body = await plan({ kind: "refused", code: "unpinned", detail: "d", prerequisites: [] });
  expect(body).toMatchObject({ verdict: "refused", code: "unpinned" });
  expect(body).not.toHaveProperty("wayBack");
});
