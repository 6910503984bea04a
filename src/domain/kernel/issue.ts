export interface Issue {
  /** JSON path such as `$.expect.version`. */
  readonly path: string;
  /** What stood there, shortened, with credential patterns masked. */
  readonly value: string;
  readonly expectation: string;
}
