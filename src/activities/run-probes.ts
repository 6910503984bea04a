import { judgeProbe, type Probe, type ProbeResult, probesIncoming } from "../domain/cloud-service/probe";
import type { Ports } from "../ports/ports";

export interface ProbesInput {
  readonly probes: readonly Probe[];
  /** `staging`: probes `incomingUrl`, where the service in staging answers. */
  readonly at: "production" | "staging";
}

/** Sends every probe once, in parallel. Returns judgements only, so that no response body gets into the history. */
export async function runProbes({ probes, at }: ProbesInput, { prober }: Ports): Promise<ProbeResult[]> {
  const targets =
    at === "production"
      ? probes.map((probe) => ({ probe, url: probe.url }))
      : probes.filter(probesIncoming).map((probe) => ({ probe, url: probe.incomingUrl }));
  return Promise.all(
    targets.map(async ({ probe, url }) => judgeProbe(probe, await prober.ask(url, probe.timeoutMs))),
  );
}
