/** A host that runs durable functions, as the queues know it. */
export interface Worker {
  readonly name: string;
  /** Serves an inbox that another worker holds. */
  steal(id: string): void;
  /** Takes one ready item and starts it; false when there is none that it can take. */
  startOne(): boolean;
}
