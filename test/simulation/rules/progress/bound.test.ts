import {
  asks,
  broken,
  busy,
  calm,
  ended,
  fault,
  type Happening,
  held,
  MINUTE,
  opens,
  put,
  released,
  sent,
  swapped,
  vote,
} from "./journal";
import type { Plan } from "./observed";

test.each<[string, Plan, readonly Happening[], readonly Happening[]]>([
  [
    "ends after nothing but itself",
    calm,
    [sent(), ...swapped, ended(600, "promoted")],
    [sent(), ...swapped, ended(300, "promoted")],
  ],
  [
    "ends after unready instances",
    calm,
    [
      sent(),
      busy(200),
      ...swapped.map(([list, second, rest]): Happening => [list, second + 900, rest]),
      ended(950, "promoted"),
    ],
    [
      sent(),
      busy(200),
      ...swapped.map(([list, second, rest]): Happening => [list, second + 200, rest]),
      ended(250, "promoted"),
    ],
  ],
  [
    "ends after a hold",
    calm,
    [sent(), held(10), released(300), ...swapped, ended(900, "promoted")],
    [sent(), held(10), released(600), ...swapped, ended(900, "promoted")],
  ],
  [
    "ends after a quorum",
    asks,
    [sent(), vote(40, "ann"), vote(200, "bob"), ...swapped, ended(800, "promoted")],
    [sent(), vote(40, "ann"), vote(500, "bob"), ...swapped, ended(800, "promoted")],
  ],
  [
    "ends after its own time",
    calm,
    [sent({ notBefore: opens }), ...swapped, ended(1_200, "promoted")],
    [sent({ notBefore: opens }), ...swapped, ended(900, "promoted")],
  ],
  [
    "ends after a closed deployment window",
    { ...calm, window: { freeze: { from: 0, to: 10 * MINUTE } } },
    [sent(), ...swapped, ended(1_200, "promoted")],
    [sent(), ...swapped, ended(900, "promoted")],
  ],
  [
    "ends after a call that was turned away",
    calm,
    [sent(), ...put(31, "429"), ...swapped, ended(1_800, "promoted")],
    [sent(), ...put(31, "429"), ...swapped, ended(400, "promoted")],
  ],
  [
    "ends after another one",
    calm,
    [sent(), sent({}, "r2"), ...swapped, ended(45, "promoted"), ended(900, "unchanged", "x", "green", "r2")],
    [sent(), sent({}, "r2"), ...swapped, ended(45, "promoted"), ended(60, "unchanged", "x", "green", "r2")],
  ],
  [
    "ends after a deadline",
    calm,
    [sent({ expiresAt: opens }), ...[60, 800, 1_000].map(busy), ended(1_001, "expired", "request-expired")],
    [sent({ expiresAt: opens }), ...[60, 600].map(busy), ended(601, "expired", "request-expired")],
  ],
  [
    "ends after harm",
    calm,
    [sent(), fault(10, "a message is late"), ...swapped, ended(3_600, "promoted")],
    [sent(), fault(2_500, "a message is late"), ...swapped, ended(3_600, "promoted")],
  ],
])("'%s' is broken only by a missing cause or a late outcome", (rule, plan, bad, good) => {
  expect(broken(plan, bad)).toContain(rule);
  expect(broken(plan, good)).toEqual([]);
});

test("a request that never ends is reported if the world did not come to rest", () => {
  expect(broken(calm, [sent()], { finished: false })).toEqual(["ends after nothing but itself"]);
  expect(broken(calm, [sent(), held(0)], { finished: false })).toEqual([]);
});
