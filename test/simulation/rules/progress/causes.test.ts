import {
  asks,
  back,
  broken,
  busy,
  calm,
  userAction,
  effect,
  ended,
  type Happening,
  opens,
  probed,
  put,
  seen,
  sent,
  swapped,
  vote,
  watched,
  withUserActions,
} from "./journal";
import type { Plan } from "./observed";

test.each<[string, Plan, readonly Happening[], readonly Happening[]]>([
  ["ends as promoted", calm, [sent(), ended(35, "promoted")], [sent(), ...swapped, ended(45, "promoted")]],
  [
    "ends as promoted",
    calm,
    [sent({ expect: { version: "v1" } }), ...swapped, ended(45, "promoted")],
    [sent({ expect: { version: "v2" } }), ...swapped, ended(45, "promoted")],
  ],
  [
    "ends as promoted",
    watched,
    [sent(), ...swapped, probed(40, "well"), ended(60, "promoted")],
    [sent(), ...swapped, probed(40, "well"), ended(100, "promoted")],
  ],
  [
    "ends as unchanged",
    calm,
    [sent(), ended(1, "unchanged")],
    [sent({ promote: "blue" }), ended(1, "unchanged", "already-held", "blue")],
  ],
  [
    "ends as unchanged",
    calm,
    [sent({ promote: "staging" }), ended(1, "unchanged", "already-held", "blue")],
    [
      sent({ promote: "staging" }),
      effect(1, "green", undefined),
      ended(2, "unchanged", "already-held", "green"),
    ],
  ],
  [
    "ends as refused",
    calm,
    [sent(), ended(1, "refused", "provisioning-not-succeeded")],
    [sent(), seen(1, "green", { state: "Updating" }), ended(1, "refused", "provisioning-not-succeeded")],
  ],
  [
    "ends as refused",
    calm,
    [sent(), ...put(31, "409"), ended(40, "refused", "declined-by-platform")],
    [sent(), ...put(31, "403"), ended(40, "refused", "declined-by-platform")],
  ],
  [
    "ends as refused",
    calm,
    [sent({ expect: { version: "v2" } }), seen(0, "green"), ended(1, "refused", "version-mismatch")],
    [sent({ expect: { version: "v1" } }), seen(0, "green"), ended(1, "refused", "version-mismatch")],
  ],
  [
    "ends as rejected",
    asks,
    [sent(), vote(40, "robot", "reject", { application: true }), ended(41, "rejected")],
    [sent(), vote(40, "bob", "reject"), ended(41, "rejected")],
  ],
  [
    "ends as expired",
    calm,
    [sent(), busy(60), ended(120, "expired", "readiness-expired")],
    [sent(), ...[60, 1_700].map(busy), ended(1_801, "expired", "readiness-expired")],
  ],
  [
    "ends as expired",
    calm,
    [sent({ expiresAt: opens }), busy(590), ended(590, "expired", "request-expired")],
    [sent({ expiresAt: opens }), busy(590), ended(600, "expired", "request-expired")],
  ],
  [
    "ends as expired",
    asks,
    [sent(), vote(40, "ann"), vote(50, "bob"), ended(640, "expired", "approval-expired")],
    [sent(), vote(40, "ann"), vote(50, "ann"), ended(640, "expired", "approval-expired")],
  ],
  [
    "ends as cancelled",
    withUserActions(calm, userAction(120, "cancel")),
    [sent(), busy(100), ended(110, "cancelled")],
    [sent(), busy(100), ended(120, "cancelled")],
  ],
  [
    "ends as rolled-back",
    watched,
    [sent(), ...swapped, probed(40, "well"), ...back, ended(99, "rolled-back", "regression")],
    [
      sent(),
      ...swapped,
      probed(40, "well"),
      probed(50, "failure"),
      ...back,
      ended(99, "rolled-back", "regression"),
    ],
  ],
  [
    "ends as halted",
    watched,
    [sent(), ...swapped, probed(50, "failure"), ended(60, "halted", "regression-kept")],
    [
      sent({ irreversible: true }),
      ...swapped,
      probed(50, "failure"),
      ended(60, "halted", "regression-irreversible"),
    ],
  ],
  [
    "ends as halted",
    calm,
    [sent(), ...swapped, ended(60, "halted", "outcome-unproved")],
    [sent(), ...put(31, "reset"), ended(1_800, "halted", "outcome-unproved")],
  ],
  [
    "ends as halted",
    calm,
    [sent(), ...put(31), ended(60, "halted", "operation-failed")],
    [sent(), ...put(31), ["failed", 40, { put: 0 }], ended(60, "halted", "operation-failed")],
  ],
  ["ends as halted", calm, [sent(), ...swapped, ended(60, "halted", "of the whole world")], []],
])("'%s' is broken only by a missing cause or a late outcome", (rule, plan, bad, good) => {
  expect(broken(plan, bad)).toContain(rule);
  expect(broken(plan, good)).toEqual([]);
});

test("a swap by a person replaces one of a dead host: the last version counts", () => {
  const byHand = (version: string): readonly Happening[] => [
    sent({ expect: { version: "v2" } }),
    ["hosts", 31, { host: "h0", what: "dies at: orchestration promote: done" }],
    seen(32, "green", { version }),
    effect(33, "green", undefined),
    ended(60, "promoted"),
  ];
  expect(broken(calm, byHand("v2"))).toEqual([]);
  expect(broken(calm, byHand("v1"))).toContain("ends as promoted");
});
