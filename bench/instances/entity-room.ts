import { auditChange } from "../../src/domain/promotion/audit";
import { register } from "../../src/domain/promotion/promotion";
import { pairKeyIn } from "../../test/simulation/world/pair-ids";
import { coordinatorCases, longestCoordinator } from "../../test/support/longest-pair";
import { longestEnding, longestLife, longestRegistration, textsOf } from "../../test/support/longest-record";
import type { Row } from "../benchmark";
import { Installation, type Layout } from "./installation";
import { promote } from "./measure";

/** What fits into a table's column; beyond it state goes to a blob, with slower and weaker reads. */
const INLINE = 30_720;
/** What the extension keeps per caller of the last half hour, to put messages into order. */
const PER_CALLER = 128;
const HALF_HOUR_MS = 30 * 60_000;
const PROMOTIONS = 24;
/** Roles of a plan at its longest have names of so many characters. */
const NAME_LENGTH = 53;

/** How near the state of entities comes to what the Azure Storage provider keeps in a row. */
export async function measureEntitySize(layout: Layout, seed: number): Promise<readonly Row[]> {
  const app = new Installation(layout, seed);
  await app.open();
  const began = app.clock.now();
  for (let i = 0; i < PROMOTIONS; i++) await promote(app, "the owner", i);
  const ms = app.clock.now() - began;
  if (ms > HALF_HOUR_MS) throw new Error("the promotions took longer than half an hour");
  const callers = [...app.hub.instances.keys()].filter((id) => id.startsWith("promotion-")).length;
  const pair = escaped(app.hub.entities.get(`@pair@${pairKeyIn("shop")}`)?.state ?? "");
  app.close();
  const sorter = callers * PER_CALLER;
  const row = (what: string, value: number, baseline: string): Row => ({
    ...{
      what: `entity state: ${what}`,
      value,
      unit: "characters",
      aim: `≤ ${INLINE.toLocaleString("en-US")}`,
    },
    baseline,
  });
  const kept = `of these ${sorter.toLocaleString("en-US")} for ${callers} callers`;
  const own = Math.ceil(callers / PROMOTIONS);
  return [
    row(`a pair after ${PROMOTIONS} promotions in half an hour`, pair + sorter, kept),
    row(
      "the longest pair coordinator there is, with the same callers",
      longestOfCoordinators() + sorter,
      kept,
    ),
    ...[own, own + 2].map((each) => ({
      what: `entity state: promotions in half an hour for the longest pair coordinator, ${each} callers each`,
      value: Math.floor((INLINE - longestOfCoordinators()) / (each * PER_CALLER)),
      unit: "promotions",
      baseline: each === own ? "" : "with a soak and a gate",
    })),
    row("the longest promotion record", longestOfRecords() + own * PER_CALLER, `with ${own} callers`),
  ];
}

/** Characters of a text within JSON. */
function escaped(text: string): number {
  return JSON.stringify(text).length;
}

function longestOfCoordinators(): number {
  return Math.max(...coordinatorCases.map((each) => escaped(JSON.stringify(longestCoordinator(each)))));
}

function longestOfRecords(): number {
  const lengths = ["x", '"', "😀"].flatMap((fill) => {
    const text = textsOf(fill);
    let state = register(undefined, longestRegistration(text, false));
    const life = longestLife(text, NAME_LENGTH);
    const end = { kind: "conclude", ending: longestEnding(text), at: state.acceptedAt + 1 } as const;
    return [...life, end].map((change) => {
      state = auditChange(state, change, () => "h".repeat(64)).state;
      return escaped(JSON.stringify(state));
    });
  });
  return Math.max(...lengths);
}
