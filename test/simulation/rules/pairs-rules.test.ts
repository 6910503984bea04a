import { calmWorld } from "../plans/user-actions";
import { type Happening, Timeline } from "../world/timeline";
import { check } from "./invariants";

const MINUTE = 60_000;
const REMOVED = "pairs: removed ends";

const up = (host: string, pairsFile: number): Happening => ({ kind: "host", host, what: "up", pairsFile });
const stopped: Happening = { kind: "host", host: "h0", what: "is stopped, back in 1 s" };
const edited: Happening = { kind: "fault", what: "the pairs file is edited" };
const sent: Happening = { kind: "sent", request: "r1", pair: "shop", content: `{"pair":"shop"}` };
const refused: Happening = {
  ...{ kind: "published", type: "request.not-accepted", id: "n-1", request: "r1", pair: undefined },
  ...{ outcome: undefined, code: "unknown-pair", bytes: "" },
};
const noted: Happening = { kind: "outcome-stored", request: "r1" };

/** Whether the rule is broken in a world whose second pairs file has no `shop`. */
function isBroken(...timed: readonly (readonly [minute: number, happening: Happening])[]): boolean {
  let now = 0;
  const timeline = new Timeline(() => now);
  for (const [minute, happening] of timed) {
    now = minute * MINUTE;
    timeline.add(happening);
  }
  const plan = calmWorld([{ at: 5 * MINUTE, kind: "edit-pairs", to: [] }], { reconcilerEveryMs: MINUTE });
  return check(timeline, true, plan).violations.some(({ invariant }) => invariant === REMOVED);
}

const removal = [
  [5, edited],
  [5, stopped],
  [5, up("h1", 1)],
] as const;

test("a promotion that continues after its pair left every file is a violation", () => {
  expect(isBroken([0, up("h0", 0)], [4, sent], ...removal, [60, noted])).toBe(true);
});

test("a refused request has nothing that could continue (world 664606)", () => {
  expect(isBroken([0, up("h0", 0)], ...removal, [5.5, sent], [5.5, refused], [60, noted])).toBe(false);
});
