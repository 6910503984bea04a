import {
  asks,
  broken,
  busy,
  calm,
  userAction,
  effect,
  ended,
  fault,
  type Happening,
  host,
  judged,
  MINUTE,
  sent,
  swapped,
  vote,
  serviceFault,
  withUserActions,
} from "./journal";
import { progressRules } from "./judge";
import type { Plan } from "./observed";

test.each<[string, Plan, readonly Happening[], number?]>([
  [
    "a cancel while a swap is claimed",
    withUserActions(calm, userAction(30, "cancel")),
    [sent(), ...swapped, ended(45, "promoted")],
  ],
  [
    "a quorum as the time is over",
    asks,
    [sent(), vote(40, "ann"), vote(590, "bob"), ended(640, "expired", "approval-expired")],
  ],
  [
    "a swap by hand while a host's last call is unknown",
    withUserActions(calm, serviceFault(40, "swap-by-hand")),
    [
      sent(),
      ["hosts", 31, { what: "dies at: PUT before" }],
      effect(40, "green", undefined),
      ended(60, "promoted"),
    ],
  ],
  ["clocks that are apart", calm, [sent(), busy(1), ended(700, "expired", "readiness-expired")], 10 * MINUTE],
  [
    "a run that looks alive for good",
    calm,
    [sent(), fault(1, "an instance looks Running for good"), ended(20_000, "expired", "run-lost")],
  ],
  [
    "a run whose host dies as soon as it was terminated (world 670056)",
    withUserActions(calm, userAction(28, "terminate")),
    [
      ...[sent(), fault(28, "the run of r1 is terminated by hand")],
      ...[host(29, "dies at: orchestration promote: row"), ended(20_000, "halted", "run-lost-after-claim")],
    ],
  ],
  [
    "a run that is terminated while its row lags",
    withUserActions(calm, userAction(28, "terminate")),
    [
      ...[sent(), fault(1, "an instance row lags"), fault(28, "the run of r1 is terminated by hand")],
      ended(20_000, "expired", "run-lost"),
    ],
  ],
])("%s breaks no rule", (_what, plan, happenings, clockErrorMs = 0) => {
  expect(broken(plan, happenings, { clockErrorMs })).toEqual([]);
});

test("worlds in which a residual risk strikes are judged elsewhere", () => {
  const risky = { ...calm, risk: {} };
  expect(judged(risky, [sent(), ended(1, "unchanged")])).toEqual({
    violations: [],
    exercised: {},
  });
});

test("every judgement counts for a known rule", () => {
  const { exercised } = judged(calm, [sent(), ...swapped, ended(45, "promoted")]);
  expect(exercised).toEqual({
    "progress: ends as promoted": 1,
    "progress: ends after nothing but itself": 1,
  });
  expect(progressRules).toEqual(expect.arrayContaining(Object.keys(exercised)));
});
