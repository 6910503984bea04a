import type { PairPolicy } from "../domain/policy/policy";
import type { Prober } from "../ports/prober";
import type { Outbound } from "./outbound";

/** Health pages are short; what is longer was meant for somebody else. */
const MAX_BYTES = 64 * 1024;

/** Probes through the one door for HTTP to anything configured. */
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

/** The origins of every probe of these pairs: what the door has to let through. */
export function probeOrigins(policies: readonly PairPolicy[]): string[] {
  const addresses = policies.flatMap(({ probes = [] }) =>
    probes.flatMap(({ url, incomingUrl }) => (incomingUrl === undefined ? [url] : [url, incomingUrl])),
  );
  return [...new Set(addresses.map((address) => new URL(address).origin))];
}
