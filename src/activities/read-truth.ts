import type { PublicIpObservation, Read, ServiceObservation } from "../domain/observation";
import type { SwapTruth } from "../domain/verification";
import type { Ports } from "../ports/ports";

export interface TruthInput {
  readonly incoming: string;
  readonly outgoing: string;
  readonly versionTag: string;
  /** Also read the public IPs both services name now, the second witness of a swap. */
  readonly publicIps: boolean;
}

/** Reads both services of a pair, and their public IPs where asked. */
export async function readTruth(input: TruthInput, ports: Ports): Promise<SwapTruth> {
  const [incoming, outgoing] = await Promise.all([
    ports.cloudServices.readService(input.incoming, input.versionTag),
    ports.cloudServices.readService(input.outgoing, input.versionTag),
  ]);
  if (!input.publicIps) return { incoming, outgoing };
  const [incomingIp, outgoingIp] = await Promise.all([
    publicIpOf(incoming, ports),
    publicIpOf(outgoing, ports),
  ]);
  return {
    incoming,
    outgoing,
    ...(incomingIp ? { incomingIp } : {}),
    ...(outgoingIp ? { outgoingIp } : {}),
  };
}

async function publicIpOf(
  read: Read<ServiceObservation>,
  ports: Ports,
): Promise<Read<PublicIpObservation> | undefined> {
  const id =
    read.kind === "found"
      ? read.value.frontends.find((frontend) => frontend.publicIpId)?.publicIpId
      : undefined;
  return id === undefined ? undefined : ports.cloudServices.readPublicIp(id);
}
