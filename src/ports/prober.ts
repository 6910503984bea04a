import type { ProbeAnswer } from "../domain/cloud-service/probe";

/** Sends the requests of configured probes. */
export interface Prober {
  /** Sends one GET, without redirects. Never throws; answers `none` without a complete reply within `timeoutMs`. */
  ask(url: string, timeoutMs: number): Promise<ProbeAnswer>;
}
