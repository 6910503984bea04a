/** Time for activities and triggers. Orchestrations use their context's time; the domain takes time as an argument. */
export interface Clock {
  /** Wall clock, milliseconds since the epoch. */
  now(): number;
  /** Milliseconds that never go back, unaffected by changes of the wall clock. */
  monotonic(): number;
  sleep(ms: number): Promise<void>;
}
