import type { ProbeAnswer } from "../domain/cloud-service/probe";

/** Asks what is configured as a probe. */
export interface Prober {
  /** One GET of a configured address, without redirects. Never throws; `none` when there was no whole reply within `timeoutMs`. */
  ask(url: string, timeoutMs: number): Promise<ProbeAnswer>;
}
