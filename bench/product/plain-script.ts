import { createRequire } from "node:module";
import { join } from "node:path";
import { createPipelineRequest } from "@azure/core-rest-pipeline";
import { createSimulator, httpClientOf } from "../../local/resource-manager";
import calm from "../../local/world/scenarios/calm.json";
import { projectDirectory } from "../durable-host";

interface Reply {
  readonly flatResponse: unknown;
  readonly rawResponse: { statusCode: number; headers: Record<string, string>; body?: unknown };
}

interface LongRunning {
  createHttpPoller(operation: {
    requestPath: string;
    requestMethod: "PUT";
    sendInitialRequest(): Promise<Reply>;
    sendPollRequest(url: string): Promise<Reply>;
  }): Promise<{ pollUntilDone(): Promise<unknown> }>;
}

const GROUP = "resourceGroups/shop-rg/providers/Microsoft.Compute/cloudServices/shop-green";

/**
 * What most people write: while an instance of the staged service is not running, sleep; then PUT and wait, with the
 * SDK's own poller. On the same simulator; answers with the calls it made.
 */
export async function countPlainScript(): Promise<readonly { readonly method: string }[]> {
  const arm = createSimulator({ scenario: calm });
  const client = httpClientOf(arm);
  const send = async (method: "GET" | "PUT", url: string, body?: object): Promise<Reply> => {
    const request = createPipelineRequest({ method, url, body: body ? JSON.stringify(body) : "" });
    const { status, headers, bodyAsText } = await client.sendRequest(request);
    const parsed: unknown = bodyAsText ? JSON.parse(bodyAsText) : undefined;
    return {
      flatResponse: parsed,
      rawResponse: { statusCode: status, headers: headers.toJSON(), body: parsed },
    };
  };
  const service = `https://arm.test/subscriptions/${arm.subscription}/${GROUP}`;
  const instances = `${service}/roleInstances?$expand=instanceView&api-version=2024-11-04`;
  while (JSON.stringify((await send("GET", instances)).flatResponse).includes("RoleStateBusy"))
    await new Promise((resolve) => setTimeout(resolve, 10_000));
  const swap = `${service}/providers/Microsoft.Network/cloudServiceSlots/swap?api-version=2025-05-01`;
  const poller = await sdkPolling().createHttpPoller({
    requestPath: swap,
    requestMethod: "PUT",
    sendInitialRequest: () => send("PUT", swap, { properties: { slotType: "Production" } }),
    sendPollRequest: (url) => send("GET", url),
  });
  await poller.pollUntilDone();
  arm.close();
  return arm.journal.entries;
}

/** The long-running operations of the SDK, as arm-compute itself brings them. */
function sdkPolling(): LongRunning {
  const fromHere = createRequire(join(projectDirectory, "package.json"));
  return createRequire(fromHere.resolve("@azure/arm-compute"))("@azure/core-lro") as LongRunning;
}
