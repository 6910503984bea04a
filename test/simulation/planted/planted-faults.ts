import type { Category, Listed, PlantedFault } from "./planted-fault";
import { faultsAround } from "./planted-around";
import { lazyFaults } from "./planted-lazy";
import { faultsOfOperating } from "./planted-operating";
import { faultsSeenFromOutside } from "./planted-outside";
import { slipsOfTheChecks } from "./planted-subtle-checks";
import { slipsAtTheClients } from "./planted-subtle-clients";
import { slipsOfThePair } from "./planted-subtle-pair";
import { faultsOfTheSwap } from "./planted-swap";
import { faultsOfUserActions } from "./planted-user-actions";

/** An invariant must catch each of them (`npm run simulate -- --planted`), or else the test in its entry. */
export const plantedFaults: readonly PlantedFault[] = [
  ...of("a rule left out", [...faultsOfTheSwap, ...faultsAround, ...faultsOfOperating]),
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
