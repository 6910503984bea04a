import { faultsAround } from "./planted-around";
import { faultsOfDeeds } from "./planted-deeds";
import { lazyFaults } from "./planted-lazy";
import { faultsOfOperating } from "./planted-operating";
import { faultsOfTheOperation } from "./planted-operation";
import { faultsSeenFromOutside } from "./planted-outside";
import { faultsOfTheSwap } from "./planted-swap";
import type { ThemeName } from "./themes";

/** One rule of the protocol undone: a text of the compiled product that occurs exactly once, and what stands there instead. */
export interface PlantedFault {
  readonly name: string;
  /** It is looked for in worlds under this theme only; absent: in all, from seed 1. */
  readonly theme?: ThemeName;
  /** Section of design.md whose rule is undone. */
  readonly rule: string;
  /** Below the compiled `src/`. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** Each must be caught by an invariant (`npm run simulate -- --planted`). */
export const plantedFaults: readonly PlantedFault[] = [
  ...faultsOfTheSwap,
  ...faultsOfTheOperation,
  ...faultsAround,
  ...faultsOfOperating,
  ...lazyFaults,
  ...faultsSeenFromOutside,
  ...faultsOfDeeds,
];
