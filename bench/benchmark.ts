/** One measured number. `aim` and `baseline` are texts beside it: what is wanted, and what something else needs. */
export interface Row {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly aim?: string;
  readonly baseline?: string;
}

/** One benchmark; it runs in a process of its own. */
export interface Benchmark {
  readonly name: string;
  readonly title: string;
  run(): Promise<readonly Row[]>;
}

/** What one benchmark measured. */
export interface Measured {
  readonly name: string;
  readonly title: string;
  readonly rows: readonly Row[];
}
