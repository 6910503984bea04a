import { residualReferences } from "../plans/reference-worlds";
import { type ResidualPlan, residualWorld } from "../plans/residual-world";
import type { Risk, WorldPlan } from "../plans/world-plan";
import { check, type Violation } from "../rules/invariants";
import { playWorld, type WorldResult } from "../world/play-world";
import { type Entry, report, Timeline } from "../world/timeline";
import { settleIn } from "./campaign";
import type { SimulateOptions } from "./simulate";

type RiskKind = Risk["kind"];
type RiskEntry = Extract<Entry, { kind: "risk" }>;

/** The consequence to report for a violation that only a residual risk caused. */
const consequences: Readonly<Record<string, string>> = {
  I1: "swapped twice for one request",
  "I1 target": "production given to what had not been asked for",
  "I3 one at a time": "PUT beside another promotion of its pair",
  "I5 PUT": "PUT after an acknowledged cancel",
  "I6 success": "a success that no read had shown",
  "I6 swapped": "an outcome that does not report the swap",
  I8: "two PUTs at once",
  "I9 PUT": "PUT after the outcome",
  "I10 halt": "PUT after a halt",
  "I10 hold": "PUT while the pair was on hold",
  I11: "PUT without fresh readiness",
  "ready for stableFor": "PUT without stable readiness since the last one",
  "claim window of 60 s": "PUT after the claim window",
  "two lost attempts": "third PUT after two lost ones",
};

/** A world with a risk: its violations, and those that the risk did not cause. */
interface Judged {
  readonly risk: RiskKind;
  readonly struck: boolean;
  readonly dueToIt: readonly Violation[];
  readonly others: readonly Violation[];
  readonly result: WorldResult;
}

/**
 * Plays worlds with residual risks and counts the violations that only these cause. Exits with 1 at any other
 * violation.
 */
export async function residualCampaign(options: SimulateOptions): Promise<number> {
  await settleIn();
  const say = (line: string) => {
    if (!options.json) console.log(line);
  };
  const started = performance.now();
  const until = options.seconds === undefined ? Infinity : started + options.seconds * 1000;
  const worst: Tallies = new Map();
  const drawn: Tallies = new Map();
  const broken: Violation[] = [];
  const play = async (plan: ResidualPlan, tallies: Tallies) => {
    const judged = await judge(plan);
    add(tallies, judged);
    broken.push(...judged.others);
    if (options.replay || judged.others.length > 0) explain(judged, say);
    if (judged.others.length > 0) say(`\nreplay: npm run simulate -- --residual --replay ${plan.seed}`);
  };
  if (!options.replay) for (const plan of residualReferences) await play(plan, worst);
  let runs = 0;
  for (; runs < options.runs && performance.now() < until && broken.length === 0; runs++)
    await play(residualWorld(options.seed + runs), drawn);
  for (const line of [...tableOf("set up on purpose", worst), ...tableOf("drawn", drawn)]) say(line);
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  const counts = { worst: Object.fromEntries(worst), drawn: Object.fromEntries(drawn) };
  console.log(
    JSON.stringify({ runs, firstSeed: options.seed, seconds, ...counts, violations: broken.length }),
  );
  return broken.length > 0 ? 1 : 0;
}

function explain({ result, dueToIt, others }: Judged, say: (line: string) => void): void {
  for (const entry of result.timeline.entries) say(report(entry));
  for (const { invariant, detail, entry } of dueToIt)
    say(`due to the risk: ${invariant} at ${entry}: ${detail}`);
  for (const { invariant, detail, entry } of others) say(`VIOLATION of ${invariant} at ${entry}: ${detail}`);
}

/** Plays a world with its risk and, if something breaks, again without it. What then breaks too has another cause. */
async function judge(plan: ResidualPlan): Promise<Judged> {
  const result = await playWorld(plan);
  const { violations, timeline } = result;
  const [strike] = timeline.of("risk");
  const without = violations.length === 0 ? undefined : await playWorld({ ...plan, risk: undefined });
  const dueToIt = strike && without?.violations.length === 0 ? doingsOf(strike, result, plan) : [];
  return {
    risk: plan.risk.kind,
    struck: strike !== undefined,
    dueToIt,
    others: violations.filter((each) => !dueToIt.includes(each)),
    result,
  };
}

function doingsOf(strike: RiskEntry, { timeline, violations }: WorldResult, plan: WorldPlan): Violation[] {
  const put = timeline.of("put").find((e) => e.execution === strike.execution);
  if (!put) return [];
  if (strike.risk === "frozen before the write") {
    const left = check(withoutPut(timeline, put.put), true, plan).violations;
    return violations.filter(
      (each) => !left.some((e) => e.invariant === each.invariant && e.entry === each.entry),
    );
  }
  const own = new Set(timeline.of("put").flatMap((e) => (e.request === put.request ? [e.put] : [])));
  return violations.filter(({ invariant, entry }) => {
    const at = timeline.entries[entry];
    if (!at || entry < strike.n) return false;
    if (at.kind === "effect") return /^I1/.test(invariant) && own.has(at.put ?? -1);
    return at.kind === "published" && invariant.startsWith("I6") && at.request === put.request;
  });
}

/** The timeline without the late PUT. */
function withoutPut(timeline: Timeline, put: number): Timeline {
  const left = new Timeline(() => 0);
  for (const entry of timeline.entries) {
    if ("put" in entry && entry.put === put) continue;
    const during = entry.kind === "put" ? { during: entry.during.filter((n) => n !== put) } : {};
    left.take({ ...entry, ...during });
  }
  return left;
}

interface Tally {
  /** Worlds in which the risk occurred. */
  worlds: number;
  /** Those of them without a violation. */
  harmless: number;
  /** Worlds by violation. */
  readonly consequences: Record<string, number>;
}

type Tallies = Map<RiskKind, Tally>;

function add(tallies: Tallies, { risk, struck, dueToIt }: Judged): void {
  if (!struck) return;
  const tally = tallies.get(risk) ?? { worlds: 0, harmless: 0, consequences: {} };
  tallies.set(risk, tally);
  tally.worlds++;
  if (dueToIt.length === 0) tally.harmless++;
  for (const what of new Set(dueToIt.map(({ invariant }) => consequences[invariant] ?? invariant)))
    tally.consequences[what] = (tally.consequences[what] ?? 0) + 1;
}

function tableOf(title: string, tallies: Tallies): string[] {
  return [...tallies].flatMap(([kind, tally]) => [
    `\n${kind}, ${title}: struck in ${tally.worlds} worlds, nothing broken in ${tally.harmless}`,
    ...Object.entries(tally.consequences)
      .sort(([, a], [, b]) => b - a)
      .map(([what, worlds]) => `  ${String(worlds).padStart(5)}  ${what}`),
  ]);
}
