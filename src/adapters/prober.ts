import type { PairPolicy } from "../domain/policy/policy";
import type { Prober } from "../ports/prober";
import type { Outbound } from "./outbound";

/** Health pages are short. */
const MAX_BYTES = 64 * 1024;

export function createProber(outbound: Outbound): Prober {
  return {
    async ask(url, timeoutMs) {
      const reply = await outbound.get(url, { timeoutMs, maxBytes: MAX_BYTES });
      if (reply.kind === "error") return { kind: "none", detail: reply.detail };
      const { status, headers, body, elapsedMs } = reply;
      return { kind: "answered", status, headers, body, latencyMs: elapsedMs };
    },
  };
}

/** The origins of every probe of these pairs, which the outbound client must allow. */
export function probeOrigins(policies: readonly PairPolicy[]): string[] {
  const addresses = policies.flatMap(({ probes = [] }) =>
    probes.flatMap(({ url, incomingUrl }) => (incomingUrl === undefined ? [url] : [url, incomingUrl])),
  );
  return [...new Set(addresses.map((address) => new URL(address).origin))];
}
