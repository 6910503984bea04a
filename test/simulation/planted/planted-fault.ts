import type { ThemeName } from "../plans/themes";

/** The kind of mistake. The first three are coarse; the others are common slips. */
export type Category =
  | "a rule left out"
  | "no progress"
  | "seen from outside"
  | "wrong operand"
  | "wrong id compared"
  | "wrong default"
  | "unit"
  | "off by one"
  | "order exchanged"
  | "reused read"
  | "stale copy"
  | "late check"
  | "trim"
  | "missing idempotency"
  | "lost await"
  | "swallowed fault"
  | "what users and attackers do";

/** Removes one rule of the protocol: replaces a text that occurs exactly once in the compiled product. */
export interface PlantedFault {
  readonly name: string;
  readonly category: Category;
  /** Play only worlds with this theme; all worlds from seed 1 when absent. */
  readonly theme?: ThemeName;
  /** The step, part or invariant of docs/design.md that is broken. */
  readonly rule: string;
  /** Path below the compiled `src/`. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** The unit test, below test/unit, that catches it instead, and why no world can. Played only on request. */
  readonly onlyBy?: { readonly test: string; readonly because: string };
}

/** A fault in a list of its category. */
export type Listed = Omit<PlantedFault, "category">;

/** The result for one planted fault; `invariant` is absent when it was not caught. */
export interface Caught {
  readonly fault: PlantedFault;
  readonly runs: number;
  readonly invariant?: string;
  readonly seed?: number;
}
