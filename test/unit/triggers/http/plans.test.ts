import type { HttpRequest, InvocationContext } from "@azure/functions";
import { codes } from "../../../../src/domain/kernel/reason-codes";
import type { PlanVerdict } from "../../../../src/domain/plan/plan";
import { decidePlan } from "../../../../src/domain/plan/planning";
import { httpRoutes } from "../../../../src/triggers/http/routes";
import { createFakePorts } from "../../../support/fake-ports";
import { aPair, aPolicy, aRequest, NOW } from "../../../support/observations";

/** What POST plans says of a plan, of what is still to do, and of what would never be swapped. */
const caller = {
  ...{ oid: "o-1", name: "Ada", application: false, permissions: ["Swap.Read"] as const, roles: [] },
};
const policy = aPolicy({ rollback: "never" });

const service = { side: "green", id: "/green", name: "shop-green", roles: [] } as const;

async function plan(verdict: PlanVerdict, asked: object = {}) {
  const ports = createFakePorts([policy]);
  const reading = { plan: () => Promise.resolve(verdict), describe: () => Promise.reject(new Error("x")) };
  const verifier = { verify: () => Promise.resolve({ caller }) };
  const routes = httpRoutes({ portsFor: () => ports, verifier }, reading);
  const request = {
    params: {},
    query: new URLSearchParams(),
    headers: new Headers({ authorization: "x", "content-type": "application/json" }),
    arrayBuffer: () =>
      Promise.resolve(Buffer.from(JSON.stringify({ pair: "shop", promote: "green", ...asked }))),
  } as unknown as HttpRequest;
  const context = { invocationId: "i", error: () => undefined } as unknown as InvocationContext;
  const reply = await routes.find(({ name }) => name === "postPlan")!.handler(request, context);
  return JSON.parse(reply.body as string) as Record<string, unknown>;
}

test("a plan describes the rollback outlook, with the remedy", async () => {
  const request = aRequest();
  const verdict = decidePlan({ ...{ request, policy, observed: aPair(), now: NOW }, digest: () => "h" });
  const body = await plan(verdict);
  expect(body).toMatchObject({
    verdict: "planned",
    plan: {
      hash: "h",
      plannedAt: { utc: "2026-11-24T12:00:00.000Z" },
      rollbackOutlook: {
        kind: "by-order",
        warnings: [
          { code: "rollback-only-by-order", remedy: codes["rollback-only-by-order"].remedy },
          { code: "rollback-without-probes" },
        ],
      },
    },
  });
});

test("a plan lists what approvers, the clock and the queue still have to do", async () => {
  const verdict = decidePlan({
    ...{ request: aRequest(), policy, observed: aPair(), now: NOW },
    digest: () => "h",
  });
  expect(await plan(verdict)).toMatchObject({ stillToDo: [{ what: "readiness" }], window: { open: true } });
});

test("a plan reports that the request would not be accepted, with the remedy", async () => {
  const verdict = decidePlan({
    ...{ request: aRequest(), policy, observed: aPair(), now: NOW },
    digest: () => "h",
  });
  const asked = { requestId: "schedule-shop-20261124T123000Z" };
  const { code, remedy } = { code: "reserved-id", remedy: codes["reserved-id"].remedy };
  expect(await plan(verdict, asked)).toMatchObject({ stillToDo: [{ what: "acceptance", code, remedy }, {}] });
});

test("a refusal carries its remedy, and every prerequisite that is not met its own", async () => {
  const observed = aPair({}, { swappableId: undefined });
  const refused = decidePlan({ ...{ request: aRequest(), policy, observed, now: NOW }, digest: () => "h" });
  const body = await plan(refused);
  expect(body).toMatchObject({
    verdict: "refused",
    reason: { code: "not-swappable", remedy: codes["not-swappable"].remedy },
  });
  const unmet = (body["prerequisites"] as { verdict: string; remedy?: string }[]).filter(
    ({ verdict }) => verdict !== "met",
  );
  expect(unmet.length).toBeGreaterThan(1);
  expect(unmet.filter(({ remedy }) => remedy === undefined)).toEqual([]);
  expect(body).not.toHaveProperty("stillToDo");
});

test("a target that holds production already is unchanged, with nothing to do", async () => {
  const body = await plan({ kind: "unchanged", detail: "held", incoming: service, outgoing: service });
  expect(body).toMatchObject({ verdict: "unchanged", reason: { code: "already-held", detail: "held" } });
});
