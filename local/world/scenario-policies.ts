import type { PairAddresses } from "./own-pairs/rehearsed-file";

/** What the pairs.json of a scenario says of its pairs besides the durations for all, by the pair's name. */
export function policiesOf(
  scenario: string,
  pairs: readonly PairAddresses[],
): Readonly<Record<string, object>> {
  const orders = pairs.find(({ name }) => name === "orders");
  return scenario === "default" && orders ? { orders: guarded(orders) } : {};
}

/** A pair with all that a careful owner asks for: two people, ten minutes of an hour closed, probes, and a schedule. */
function guarded({ production, staging }: PairAddresses): object {
  return {
    timeZone: "Europe/Berlin",
    approval: { quorum: 2, deadline: "1h", validFor: "1h" },
    window: { allow: [{ cron: "0 * * * *", duration: "50m" }], deadline: "2h" },
    probes: [
      {
        ...{ name: "health", url: `${production}/health`, incomingUrl: `${staging}/health`, timeout: "2s" },
        expect: { status: 200, json: { path: "$.status", equals: "ok" }, maxLatencyMs: 1_000 },
      },
    ],
    schedules: [
      {
        ...{ name: "weekly", cron: "0 21 * * TUE", promote: "green", reason: "the weekly release" },
        expiresAfter: "2h",
      },
    ],
  };
}
