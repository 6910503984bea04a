import type { HttpClient } from "@azure/core-rest-pipeline";
import { digest } from "../../../src/adapters/digest";
import { createCloudServices } from "../../../src/adapters/resource-manager/cloud-services";
import type { CloudServices } from "../../../src/ports/cloud-services";

interface Tenant {
  readonly client: HttpClient;
  now(): number;
}

interface Client {
  readonly cloudServices: CloudServices;
  tenant: Tenant;
}

/**
 * The product's own Resource Manager adapters with the unmodified SDK. A client takes longer to create than a world,
 * so simulated hosts share a fixed number of them. A dead host sends nothing, so a later host can reuse its client.
 */
const clients: Client[] = [];
const CLIENTS = 8;

/** Creates the clients and loads the SDK in each, so that no world waits for the disk. */
export async function openClients(): Promise<void> {
  const unused = { sendRequest: () => Promise.reject(new Error("the client has no tenant")) };
  for (let i = 0; i < CLIENTS; i++) {
    const tenant: Tenant = { client: unused, now: () => 0 };
    const cloudServices = createCloudServices({
      endpoint: "http://127.0.0.1:1",
      credential: { getToken: () => Promise.resolve(null) },
      httpClient: { sendRequest: (request) => client.tenant.client.sendRequest(request) },
      clock: { now: () => client.tenant.now() },
      digest,
    });
    const client: Client = { cloudServices, tenant };
    clients.push(client);
    await cloudServices.readService(
      "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/g/providers/Microsoft.Compute/cloudServices/s",
      "version",
    );
  }
}

/** The adapter of the next client, for this tenant. */
export function rentCloudServices(number: number, tenant: Tenant): CloudServices {
  const client = clients[number % CLIENTS];
  if (!client) throw new Error("the clients were not opened");
  client.tenant = tenant;
  return client.cloudServices;
}
