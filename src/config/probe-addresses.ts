import { pathOf } from "../contracts/issues";
import { isLoopback, kindOfAddress } from "../contracts/address-kind";
import type { Issue } from "../domain/kernel/issue";
import { givenAt, isWrongAt, type ReadPart } from "./readable-part";

/**
 * Probes at addresses that outbound calls always refuse, as far as the file alone shows it: names are resolved at
 * each call. A private address in the file is on the allow-list.
 */
export function probeMistakes(part: ReadPart<unknown>, inAzure: boolean): readonly Issue[] {
  const probes = givenAt(part, ["probes"]);
  return (Array.isArray(probes) ? probes : []).flatMap((_, i) =>
    (["url", "incomingUrl"] as const).flatMap((field): Issue[] => {
      const place = ["probes", i, field];
      const address = givenAt(part, place);
      if (typeof address !== "string" || !URL.canParse(address) || isWrongAt(part, place)) return [];
      const { hostname, origin } = new URL(address);
      const mistake = hostMistake(hostname, inAzure);
      return mistake ? [{ path: pathOf([...part.at, ...place]), value: origin, expectation: mistake }] : [];
    }),
  );
}

function hostMistake(hostname: string, inAzure: boolean): string | undefined {
  if (kindOfAddress(hostname.replace(/^\[|\]$/g, "")) === "forbidden")
    return "no link-local, metadata, NAT64 or 6to4 address";
  return inAzure && isLoopback(hostname) ? "no probe at a loopback address in Azure" : undefined;
}
