import type { HttpClient } from "@azure/core-rest-pipeline";
import { digest } from "../../src/adapters/digest";
import { createCloudServices } from "../../src/adapters/resource-manager/cloud-services";
import type { CloudServices } from "../../src/ports/cloud-services";

interface Tenant {
  readonly client: HttpClient;
  now(): number;
}

interface Door {
  readonly cloudServices: CloudServices;
  tenant: Tenant;
}

/**
 * The product's own Resource Manager adapter on the unmodified SDK, a few times over: a client costs more than a world,
 * so simulated hosts rent one in turn. A dead host sends nothing, so it may share its door with a later one.
 */
const doors: Door[] = [];
const DOORS = 8;

/** Makes the clients, and has each load the SDK: no world waits for the disk. */
export async function openDoors(): Promise<void> {
  const nobody = { sendRequest: () => Promise.reject(new Error("nobody lives here yet")) };
  for (let i = 0; i < DOORS; i++) {
    const tenant: Tenant = { client: nobody, now: () => 0 };
    const cloudServices = createCloudServices({
      endpoint: "http://127.0.0.1:1",
      credential: { getToken: () => Promise.resolve(null) },
      httpClient: { sendRequest: (request) => door.tenant.client.sendRequest(request) },
      clock: { now: () => door.tenant.now() },
      digest,
    });
    const door: Door = { cloudServices, tenant };
    doors.push(door);
    await cloudServices.readService(
      "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/g/providers/Microsoft.Compute/cloudServices/s",
      "version",
    );
  }
}

/** The adapter of the next door, let to this tenant. */
export function rentCloudServices(number: number, tenant: Tenant): CloudServices {
  const door = doors[number % DOORS];
  if (!door) throw new Error("the doors were not opened");
  door.tenant = tenant;
  return door.cloudServices;
}
