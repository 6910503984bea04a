import { pathOf } from "../contracts/complaints";
import { kindOfAddress } from "../domain/address-kind";
import type { Complaint } from "../domain/events";
import type { PairPolicy } from "../domain/policy";
import { isLoopback } from "./loopback";

/**
 * Probes at addresses that the outbound door would refuse whenever it is asked, as far as they can be told from the
 * file alone: names are looked up when they are asked. A private address that is named stands on the allow-list.
 */
export function probeMistakes({ name, probes = [] }: PairPolicy, inAzure: boolean): readonly Complaint[] {
  return probes.flatMap((probe, i) =>
    (["url", "incomingUrl"] as const).flatMap((field): Complaint[] => {
      const address = probe[field];
      const mistake = address === undefined ? undefined : hostMistake(new URL(address).hostname, inAzure);
      if (address === undefined || mistake === undefined) return [];
      return [
        {
          path: pathOf(["pairs", name, "probes", i, field]),
          value: new URL(address).origin,
          expectation: mistake,
        },
      ];
    }),
  );
}

function hostMistake(hostname: string, inAzure: boolean): string | undefined {
  const kind = kindOfAddress(hostname.replace(/^\[|\]$/g, ""));
  if (kind === "metadata") return "no link-local or metadata address";
  return inAzure && (kind === "loopback" || isLoopback(hostname))
    ? "no probe at a loopback address in Azure"
    : undefined;
}
