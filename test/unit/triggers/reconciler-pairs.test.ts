import type { InvocationContext, Timer } from "@azure/functions";
import { createReconciler } from "../../../src/triggers/reconciler";
import { createFakePorts } from "../../support/fake-ports";
import { aPolicy, aRequest, SHOP } from "../../support/observations";

test("a pair whose pair coordinator cannot be read does not stop the other pairs", async () => {
  const ports = createFakePorts([aPolicy({ name: "broken" }), aPolicy()]);
  const at = ports.clock.now();
  const request = aRequest({ requestId: "r-1" });
  const registration = {
    requestId: "r-1",
    contentHash: "h",
    request,
    origin: { channel: "queue" },
    at,
  } as const;
  await ports.register(registration);
  await ports.pairs.signal(SHOP, { kind: "register", requestId: "r-1", at });
  await ports.clock.sleep(3 * 60_000);
  const read = ports.pairs.read.bind(ports.pairs);
  jest
    .spyOn(ports.pairs, "read")
    .mockImplementation((pair) => (pair === "broken" ? Promise.reject(new Error("storage")) : read(pair)));
  await createReconciler(() => ports)({} as Timer, {} as unknown as InvocationContext);
  expect(ports.runs.get("r-1")).toBe("live");
});
