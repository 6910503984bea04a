import type { ThemeName } from "../plans/themes";
import { faultsAround } from "./planted-around";
import { lazyFaults } from "./planted-lazy";
import { faultsOfOperating } from "./planted-operating";
import { faultsOfTheOperation } from "./planted-operation";
import { faultsSeenFromOutside } from "./planted-outside";
import { slipsOfTheChecks } from "./planted-subtle-checks";
import { slipsAtTheClients } from "./planted-subtle-clients";
import { slipsOfThePair } from "./planted-subtle-pair";
import { faultsOfTheSwap } from "./planted-swap";
import { faultsOfUserActions } from "./planted-user-actions";

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

/** Each must be caught by an invariant (`npm run simulate -- --planted`), or by the test that its entry names. */
export const plantedFaults: readonly PlantedFault[] = [
  ...of("a rule left out", [
    ...faultsOfTheSwap,
    ...faultsOfTheOperation,
    ...faultsAround,
    ...faultsOfOperating,
  ]),
  ...of("no progress", lazyFaults),
  ...of("seen from outside", faultsSeenFromOutside),
  ...slipsOfThePair,
  ...slipsOfTheChecks,
  ...slipsAtTheClients,
  ...of("what users and attackers do", faultsOfUserActions),
];

function of(category: Category, faults: readonly Listed[]): readonly PlantedFault[] {
  return faults.map((fault) => ({ category, ...fault }));
}
