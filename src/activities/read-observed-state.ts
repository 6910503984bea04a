import {
  type PublicIpObservation,
  publicIpIdOf,
  type Read,
  type ServiceObservation,
} from "../domain/cloud-service/observation";
import { mayBeSwapped, type ObservedState } from "../domain/swap/verification";
import type { Ports } from "../ports/ports";

export interface ObservedStateInput {
  readonly incoming: string;
  readonly outgoing: string;
  readonly versionTag: string;
}

/** Reads both services, and their public IPs if a swap may have happened: the second evidence of a swap. */
export async function readObservedState(input: ObservedStateInput, ports: Ports): Promise<ObservedState> {
  const [incoming, outgoing] = await Promise.all([
    ports.cloudServices.readService(input.incoming, input.versionTag),
    ports.cloudServices.readService(input.outgoing, input.versionTag),
  ]);
  if (!mayBeSwapped({ incoming, outgoing })) return { incoming, outgoing };
  const [incomingIp, outgoingIp] = await Promise.all([
    publicIpOf(incoming, ports),
    publicIpOf(outgoing, ports),
  ]);
  return { incoming, outgoing, incomingIp, outgoingIp };
}

async function publicIpOf(
  read: Read<ServiceObservation>,
  ports: Ports,
): Promise<Read<PublicIpObservation> | undefined> {
  const id = read.kind === "found" ? publicIpIdOf(read.value) : undefined;
  return id === undefined ? undefined : ports.cloudServices.readPublicIp(id);
}
