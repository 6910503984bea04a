import type { z } from "zod";
import type { problem, replies } from "../../../src/contracts/replies";
import type { postApproval } from "../../../src/triggers/http/approvals";
import type { getWindow } from "../../../src/triggers/http/deployment-windows";
import type { deleteHold, putHold } from "../../../src/triggers/http/holds";
import type { cancelPromotions } from "../../../src/triggers/http/pair-cancels";
import type { getHealth, getPair, listPairs } from "../../../src/triggers/http/pairs";
import type { postPlan } from "../../../src/triggers/http/plans";
import type { BodyOf, ProblemBody } from "../../../src/triggers/http/problem";
import type { listPromotions } from "../../../src/triggers/http/promotion-list";
import type { cancelPromotion, getPromotion, postPromotion } from "../../../src/triggers/http/promotions";
import type { orderRollback } from "../../../src/triggers/http/rollback";
import type { listSchedules, pauseOrResume } from "../../../src/triggers/http/schedules";
import { expectDeclaredReply, routeAt } from "../../support/declared-reply";
import type { Same, Wire } from "../../support/wire-types";

type Declared = { [Name in keyof typeof replies]: Wire<z.infer<(typeof replies)[Name]>> };
interface Sent {
  postPromotion: Wire<BodyOf<typeof postPromotion>>;
  listPromotions: Wire<BodyOf<typeof listPromotions>>;
  getPromotion: Wire<BodyOf<typeof getPromotion>>;
  cancelPromotion: Wire<BodyOf<typeof cancelPromotion>>;
  postApproval: Wire<BodyOf<typeof postApproval>>;
  orderRollback: Wire<BodyOf<typeof orderRollback>>;
  postPlan: Wire<BodyOf<ReturnType<typeof postPlan>>>;
  listPairs: Wire<BodyOf<typeof listPairs>>;
  getPair: Wire<BodyOf<ReturnType<typeof getPair>>>;
  cancelPromotions: Wire<BodyOf<typeof cancelPromotions>>;
  putHold: Wire<BodyOf<typeof putHold>>;
  deleteHold: Wire<BodyOf<typeof deleteHold>>;
  getWindow: Wire<BodyOf<typeof getWindow>>;
  listSchedules: Wire<BodyOf<typeof listSchedules>>;
  pauseSchedule: Wire<BodyOf<ReturnType<typeof pauseOrResume>>>;
  resumeSchedule: Wire<BodyOf<ReturnType<typeof pauseOrResume>>>;
  getHealth: Wire<BodyOf<ReturnType<typeof getHealth>>>;
}
/** By the name of each route: `true` only where the reply's schema and the handler's type are the same. */
const same: { readonly [Name in keyof Declared]: Same<Declared[Name], Sent[Name]> } = {
  postPromotion: true,
  listPromotions: true,
  getPromotion: true,
  cancelPromotion: true,
  postApproval: true,
  orderRollback: true,
  postPlan: true,
  listPairs: true,
  getPair: true,
  cancelPromotions: true,
  putHold: true,
  deleteHold: true,
  getWindow: true,
  listSchedules: true,
  pauseSchedule: true,
  resumeSchedule: true,
  getHealth: true,
};
const problemIsSame: Same<Wire<z.infer<typeof problem>>, Wire<ProblemBody>> = true;

test("the compiler finds a reply whose schema and type differ", () => {
  expect([...Object.values(same), problemIsSame]).not.toContain(false);
});

test("a reply with one field too many, or too few, is found", () => {
  const reply = { value: [], next: "/api/promotions?after=x" };
  const check = (body: object) => () => {
    expectDeclaredReply(routeAt("GET", "promotions?top=1"), { status: 200, body });
  };
  expect(check(reply)).not.toThrow();
  expect(check({ ...reply, more: 1 })).toThrow(/listPromotions 200: .*Unrecognized key/s);
  expect(check({ next: "x" })).toThrow(/value/);
});
