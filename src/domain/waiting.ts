/** The kinds of waits; one waiting loop serves them all. */
export type WaitKind =
  | "planning"
  | "gate"
  | "opening"
  | "turn"
  | "readiness"
  | "settlement"
  | "verification"
  | "soak"
  | "swap-back"
  | "announcement";

/** What a promotion waits for, as people see it. Times in milliseconds since the epoch. */
export interface Waiting {
  readonly kind: WaitKind;
  /** What is waited for, in one sentence, with the particulars (names, counts). */
  readonly detail: string;
  readonly since: number;
  /** When the wait ends at the latest. */
  readonly until: number;
  /** What ends it before that. */
  readonly endsWith: string;
  /** What happens next, or what a person can do. */
  readonly next: string;
  /** Durable instance to wake when something changed. */
  readonly instanceId: string;
}
