import { digest } from "../../../../src/adapters/digest";
import { createLog } from "../../../../src/adapters/console-log";
import { createCloudServices } from "../../../../src/adapters/resource-manager/cloud-services";

/** A verdict names what it met, and no more: events carry it. The log has the causes. */
const green =
  "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/shop-rg/providers/Microsoft.Compute/cloudServices/shop-green";

function failing() {
  const lines: string[] = [];
  const cause = new Error(
    "AADSTS700016: application 11 was not found; Bearer eyJhbGciOiJub25lIn0.e30.c4n4ry",
  );
  const services = createCloudServices({
    endpoint: "https://management.azure.com",
    credential: {
      getToken: () =>
        Promise.reject(
          Object.assign(new Error("no identity"), { name: "CredentialUnavailableError", cause }),
        ),
    },
    clock: { now: () => 0 },
    digest,
  }).loggingTo(createLog((level, line) => lines.push(`${level} ${line}`)));
  return { services, lines };
}

test("a sign-in that fails says why in the log, whatever was asked, and in no verdict", async () => {
  const { services, lines } = failing();
  const verdicts = [
    await services.readService(green, "version"),
    await services.readInstances(green),
    await services.readPublicIp(green),
    await services.requestSwap(green, "production", 1_000),
  ];
  expect(JSON.stringify(verdicts)).not.toMatch(/AADSTS|c4n4ry/);
  expect(lines).toHaveLength(verdicts.length);
  for (const line of lines) {
    expect(line).toMatch(/^warn a call of Resource Manager got no reply .*caused by Error: AADSTS700016/);
    expect(line).not.toContain("c4n4ry");
  }
});
