import { checkRoles } from "../domain/cloud-service/readiness";
import type { PairPolicy } from "../domain/policy/policy";
import type { Ports } from "../ports/ports";

/** Reads two services and their role instances, all in parallel. */
export function readServices([a, b]: readonly [string, string], versionTag: string, ports: Ports) {
  const { cloudServices } = ports;
  return Promise.all([
    cloudServices.readService(a, versionTag),
    cloudServices.readService(b, versionTag),
    cloudServices.readInstances(a),
    cloudServices.readInstances(b),
  ]);
}

/** Reads both services of a pair and checks their role instances, for the API. */
export async function describePair({ blue: blueId, green: greenId, versionTag }: PairPolicy, ports: Ports) {
  const [blue, green, blueInstances, greenInstances] = await readServices(
    [blueId, greenId],
    versionTag,
    ports,
  );
  return {
    blue,
    green,
    blueCheck: checkRoles("blue", blue, blueInstances),
    greenCheck: checkRoles("green", green, greenInstances),
  };
}
