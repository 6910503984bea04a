import { judgeProbe, type Probe, type ProbeResult, probesIncoming } from "../domain/cloud-service/probe";
import type { Ports } from "../ports/ports";

export interface ProbesInput {
  readonly probes: readonly Probe[];
  /** `staging`: at `incomingUrl`, where the service answers that does not hold production. */
  readonly at: "production" | "staging";
}

/** Asks every probe once, side by side; answers with judgements, never with what was answered. */
export async function runProbes({ probes, at }: ProbesInput, { prober }: Ports): Promise<ProbeResult[]> {
  const asked =
    at === "production"
      ? probes.map((probe) => ({ probe, url: probe.url }))
      : probes.filter(probesIncoming).map((probe) => ({ probe, url: probe.incomingUrl }));
  return Promise.all(
    asked.map(async ({ probe, url }) => judgeProbe(probe, await prober.ask(url, probe.timeoutMs))),
  );
}
