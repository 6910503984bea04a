import { Dice } from "../world/dice";
import type { WirePlan, WorldPlan } from "./world-plan";

const ELSEWHERE = "https://elsewhere.example";

/**
 * How Resource Manager's replies look in a world, apart from what they say: addresses of operations, errors, budgets. A
 * stream of its own, so that the rest of the world of a seed stays as it was. Two in five look as recorded.
 */
export function randomWire(seed: number): Pick<WorldPlan, "wire"> {
  const dice = new Dice(seed).fork("wire");
  if (dice.chance(0.4)) return {};
  return {
    wire: {
      operationUrls: operationUrls(dice.fork("operations")),
      errors: dice.pick(["nested", "top-level"] as const),
      throttling: dice.chance(0.3) ? scarceReads(dice.fork("budget")) : {},
      ...lackingRoles(dice.fork("roles")),
    },
  };
}

function operationUrls(dice: Dice): WirePlan["operationUrls"] {
  return {
    headers: dice.pick([
      "both",
      "both",
      "azure-asyncoperation",
      "azure-asyncoperation",
      "location",
      "location",
      "none",
    ]),
    // Up to 6 KB a header as Microsoft's own clients are tested with; what is longer than two of these is not followed.
    characters: dice.pick([0, 3_200, 3_200, 4_096, 6_144, 6_144, 12_288, 13_000]),
    ...dice.pick([
      {},
      {},
      { expiresAfterPolls: 1 },
      { expiresAfterPolls: 2 },
      { expiresAfter: dice.between(5, 120) },
    ]),
    ...dice.pick([{}, {}, {}, {}, { later: { origin: ELSEWHERE } }, { later: { characters: 13_000 } }]),
  };
}

const NETWORK = "Microsoft.Network";
const READS = [
  "Microsoft.Compute/*/read",
  `${NETWORK}/publicIPAddresses/read`,
  `${NETWORK}/cloudServiceSlots/read`,
];
const OWN = "Microsoft.Authorization/permissions/read";
const SLOTS = `${NETWORK}/cloudServiceSlots/write`;
const OPERATIONS = `${NETWORK}/locations/operations/read`;

/** Now and then the app may not follow operations, not see its own roles, or not swap at all. */
function lackingRoles(dice: Dice): Pick<WirePlan, "permissions"> {
  if (dice.chance(0.85)) return {};
  const actions = dice.pick([
    [...READS, OWN, SLOTS],
    [...READS, SLOTS, OPERATIONS],
    [...READS, OWN, OPERATIONS],
  ]);
  return { permissions: [{ actions }] };
}

/** Fewer than 100 reads are left, told under one name or another; where it is enforced, some calls are refused. */
function scarceReads(dice: Dice): WirePlan["throttling"] {
  const bucket = { size: dice.between(40, 99), perSecond: dice.pick([1, 2, 5]) };
  return {
    names: dice.pick(["recorded", "recorded", "regional", "both", "none"]),
    enforced: dice.chance(0.3),
    ...(dice.chance(0.5) ? { globalReads: bucket } : { reads: bucket }),
  };
}
