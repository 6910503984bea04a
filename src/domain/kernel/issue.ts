export interface Issue {
  /** JSON path such as `$.expect.version`. */
  readonly path: string;
  /** The value found there, shortened, with credential patterns masked. */
  readonly value: string;
  readonly expectation: string;
}
