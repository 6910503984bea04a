import type { HttpMethod } from "@azure/functions";
import type { Permission } from "../../ports/identity";
import { postApproval } from "./approvals";
import { getAudit } from "./audit";
import { answering, type AuthenticatedHandler, type Gate, guarded, type Handler } from "./call";
import { type CallLimiter, createCallLimiter } from "./call-limit";
import { getWindow } from "./deployment-windows";
import { deleteHold, putHold } from "./holds";
import { cancelPromotions } from "./pair-cancels";
import { getHealth, getPair, listPairs, type Reading } from "./pairs";
import { postPlan } from "./plans";
import { listPromotions } from "./promotion-list";
import { cancelPromotion, getPromotion, postPromotion } from "./promotions";
import { takingOnly } from "./query";
import { orderRollback } from "./rollback";
import { listSchedules, stopOrGo } from "./schedules";
import { createSharedReads, type SharedReads } from "./shared-reads";
import { everyMethod, unknownRoute } from "./unknown-route";

export interface Route {
  readonly name: string;
  readonly methods: readonly HttpMethod[];
  /** Below the host's route prefix (`api`). */
  readonly route: string;
  readonly handler: Handler;
}

/** A route that requires a token. */
interface Guarded extends Omit<Route, "handler"> {
  readonly anyOf: readonly Permission[];
  /** The query fields it accepts; others are refused. */
  readonly query?: readonly string[];
  readonly handle: AuthenticatedHandler;
}

const reads: readonly HttpMethod[] = ["GET", "HEAD"];

/** The HTTP API (docs/http-api.md). All routes share one limit on calls and one on reads of Azure. */
export function httpRoutes(
  open: Gate,
  reading: Reading,
  limiter: CallLimiter = createCallLimiter(),
): readonly Route[] {
  const gate = { ...open, limiter };
  const checks = createSharedReads();
  const known = [...promotionRoutes, ...pairRoutes(reading, checks), ...timeRoutes].map(
    ({ name, methods, route, anyOf, query = [], handle }): Route => ({
      ...{ name, methods, route },
      handler: guarded(gate, anyOf, (call) => takingOnly(query, call.request, () => handle(call))),
    }),
  );
  const health: Route = {
    ...{ name: "getHealth", methods: reads, route: "health" },
    handler: answering(gate, (request, context) =>
      takingOnly([], request, () => getHealth(gate)(request, context)),
    ),
  };
  return [
    ...known,
    health,
    {
      // The host tries functions in the order of their names, whatever their routes: this one must come last
      // (https://github.com/Azure/azure-functions-host/issues/9876).
      name: "unknownRoute",
      methods: everyMethod,
      route: "{*path}",
      handler: answering(gate, unknownRoute([...known, health])),
    },
  ];
}

const promotionRoutes: readonly Guarded[] = [
  {
    ...{ name: "postPromotion", methods: ["POST"], route: "promotions" },
    ...{ anyOf: ["Swap.Request", "Swap.Operate"], handle: postPromotion },
  },
  {
    ...{ name: "listPromotions", methods: reads, route: "promotions" },
    ...{
      anyOf: ["Swap.Read"],
      query: ["pair", "phase", "outcome", "active", "top", "after"],
      handle: listPromotions,
    },
  },
  {
    ...{ name: "getPromotion", methods: reads, route: "promotions/{id}" },
    ...{ anyOf: ["Swap.Read"], handle: getPromotion },
  },
  {
    ...{ name: "cancelPromotion", methods: ["POST"], route: "promotions/{id}/cancel" },
    ...{ anyOf: ["Swap.Request", "Swap.Operate"], handle: cancelPromotion },
  },
  {
    ...{ name: "postApproval", methods: ["POST"], route: "promotions/{id}/approvals" },
    ...{ anyOf: ["Swap.Approve"], handle: postApproval },
  },
  {
    ...{ name: "orderRollback", methods: ["POST"], route: "promotions/{id}/rollback" },
    ...{ anyOf: ["Swap.Operate"], handle: orderRollback },
  },
];

function pairRoutes(reading: Reading, checks: SharedReads): readonly Guarded[] {
  return [
    {
      ...{ name: "postPlan", methods: ["POST"], route: "plans" },
      ...{ anyOf: ["Swap.Read"], query: ["at"], handle: postPlan(reading, checks) },
    },
    {
      ...{ name: "listPairs", methods: reads, route: "pairs" },
      ...{ anyOf: ["Swap.Read"], handle: listPairs },
    },
    {
      ...{ name: "getPair", methods: reads, route: "pairs/{name}" },
      ...{ anyOf: ["Swap.Read"], handle: getPair(reading, checks) },
    },
    {
      ...{ name: "getAudit", methods: reads, route: "pairs/{name}/audit" },
      ...{ anyOf: ["Swap.Read"], query: ["after", "top"], handle: getAudit },
    },
    {
      ...{ name: "cancelPromotions", methods: ["POST"], route: "pairs/{name}/cancel" },
      ...{ anyOf: ["Swap.Operate"], handle: cancelPromotions },
    },
    {
      ...{ name: "putHold", methods: ["PUT"], route: "holds/{pair}" },
      ...{ anyOf: ["Swap.Operate"], handle: putHold },
    },
    {
      ...{ name: "deleteHold", methods: ["DELETE"], route: "holds/{pair}" },
      ...{ anyOf: ["Swap.Operate"], query: ["id", "note"], handle: deleteHold },
    },
  ];
}

/** Deployment windows and schedules. */
const timeRoutes: readonly Guarded[] = [
  {
    ...{ name: "getWindow", methods: reads, route: "pairs/{name}/window" },
    ...{ anyOf: ["Swap.Read"], query: ["at"], handle: getWindow },
  },
  {
    ...{ name: "listSchedules", methods: reads, route: "schedules" },
    ...{ anyOf: ["Swap.Read"], handle: listSchedules },
  },
  {
    ...{ name: "pauseSchedule", methods: ["POST"], route: "schedules/{pair}/{name}/pause" },
    ...{ anyOf: ["Swap.Operate"], handle: stopOrGo("pause") },
  },
  {
    ...{ name: "resumeSchedule", methods: ["POST"], route: "schedules/{pair}/{name}/resume" },
    ...{ anyOf: ["Swap.Operate"], handle: stopOrGo("resume") },
  },
];
