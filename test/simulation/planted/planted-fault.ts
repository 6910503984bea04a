import type { ThemeName } from "../plans/themes";

/** What kind of mistake a fault is. The first three are coarse; the others are slips, as they happen to anybody. */
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

/** One rule of the protocol undone: a text of the compiled product that occurs exactly once, and what stands there instead. */
export interface PlantedFault {
  readonly name: string;
  readonly category: Category;
  /** It is looked for in worlds under this theme only; absent: in all, from seed 1. */
  readonly theme?: ThemeName;
  /** The step, part or invariant of docs/design.md whose rule is undone. */
  readonly rule: string;
  /** Below the compiled `src/`. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** No world can show it: the unit test that does, below test/unit, and why. It is not played unless it is named. */
  readonly onlyBy?: { readonly test: string; readonly because: string };
}

/** Listed with others of its category. */
export type Listed = Omit<PlantedFault, "category">;

/** What the simulator made of one planted fault; `invariant` is absent when it was not caught. */
export interface Caught {
  readonly fault: PlantedFault;
  readonly runs: number;
  readonly invariant?: string;
  readonly seed?: number;
}
