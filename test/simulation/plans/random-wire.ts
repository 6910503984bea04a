import { Dice } from "../world/dice";
import type { WirePlan, WorldPlan } from "./world-plan";

const ELSEWHERE = "https://elsewhere.example";

/**
 * The form of Resource Manager's replies in a world: addresses of operations, errors, budgets. It has a separate
 * random stream, so that the rest of a seed's world stays the same. Two in five are as recorded.
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
    // Up to 6 KB per header, as in tests of Microsoft's own clients. The app does not follow longer addresses than
    // two of these.
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

/** Sometimes the app lacks the permission to follow operations, to read its own roles, or to swap. */
function lackingRoles(dice: Dice): Pick<WirePlan, "permissions"> {
  if (dice.chance(0.85)) return {};
  const actions = dice.pick([
    [...READS, OWN, SLOTS],
    [...READS, SLOTS, OPERATIONS],
    [...READS, OWN, OPERATIONS],
  ]);
  return { permissions: [{ actions }] };
}

/** Fewer than 100 reads are left, under one header name or another; with enforcement some calls are refused. */
function scarceReads(dice: Dice): WirePlan["throttling"] {
  const bucket = { size: dice.between(40, 99), perSecond: dice.pick([1, 2, 5]) };
  return {
    names: dice.pick(["recorded", "recorded", "regional", "both", "none"]),
    enforced: dice.chance(0.3),
    ...(dice.chance(0.5) ? { globalReads: bucket } : { reads: bucket }),
  };
}
