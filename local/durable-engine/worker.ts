/** A host that runs durable functions, as its queues see it. */
export interface Worker {
  readonly name: string;
  /** Serves an inbox that another worker has taken. */
  steal(id: string): void;
  /** Takes one ready thing and starts on it; false when there is nothing it may or can take. */
  startOne(): boolean;
}
