import type { PairAddresses } from "./own-pairs/rehearsed-file";

/** Settings of a scenario's pairs in addition to the common durations, by the pair's name. */
export function policiesOf(
  scenario: string,
  pairs: readonly PairAddresses[],
): Readonly<Record<string, object>> {
  const orders = pairs.find(({ name }) => name === "orders");
  return scenario === "default" && orders ? { orders: guarded(orders) } : {};
}

/**
 * A pair with everything a careful owner requires: two people, ten closed minutes in each hour, probes, and a
 * schedule.
 */
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
