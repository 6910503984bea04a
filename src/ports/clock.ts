/** Time as activities and triggers may use it. Orchestrations take it from their context, the domain as an argument. */
export interface Clock {
  /** Wall clock, milliseconds since the epoch. */
  now(): number;
  /** Milliseconds that only ever grow, unaffected by changes of the wall clock. */
  monotonic(): number;
  sleep(ms: number): Promise<void>;
}
