import {
  about,
  asks,
  back,
  broken,
  busy,
  calm,
  userAction,
  ended,
  type Happening,
  probed,
  seen,
  sent,
  swapped,
  vote,
  watched,
  withUserActions,
} from "./journal";
import type { Plan } from "./observed";

test.each<[string, Plan, readonly Happening[], readonly Happening[]]>([
  [
    "a cancel in time ends it",
    withUserActions(calm, userAction(120, "cancel")),
    [sent(), busy(100), ended(1_801, "expired", "readiness-expired")],
    [sent(), busy(100), ended(121, "cancelled")],
  ],
  [
    "a rejection in time ends it",
    asks,
    [sent(), vote(40, "ann", "reject"), ended(640, "expired", "approval-expired")],
    [sent(), vote(40, "ann", "reject"), ended(41, "rejected")],
  ],
  [
    "a regression is answered",
    watched,
    [sent(), ...swapped, probed(40, "well"), probed(50, "failure"), ended(100, "promoted")],
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
    "an order to roll back is carried out",
    watched,
    [
      sent(),
      ...swapped,
      seen(40, "green", { slot: "Production" }),
      ["asked", 50, about],
      ended(100, "promoted"),
    ],
    [
      ...[sent(), ...swapped, seen(40, "green", { slot: "Production" }), ["asked", 50, about] as Happening],
      ...[...back, ended(99, "rolled-back", "rolled-back-by-person")],
    ],
  ],
])("'%s' is broken only by a missing cause or a late outcome", (rule, plan, bad, good) => {
  expect(broken(plan, bad)).toContain(rule);
  expect(broken(plan, good)).toEqual([]);
});
