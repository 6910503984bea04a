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
import { listSchedules, pauseOrResume } from "./schedules";
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
  readonly handle: AuthenticatedHandler;
  /** The query fields it accepts; others are refused. */
  readonly query: readonly string[];
}

/** One row of the table of routes. */
function row(
  name: string,
  methods: readonly HttpMethod[],
  route: string,
  anyOf: readonly Permission[],
  handle: AuthenticatedHandler,
  query: readonly string[] = [],
): Guarded {
  return { name, methods, route, anyOf, handle, query };
}

const reads: readonly HttpMethod[] = ["GET", "HEAD"];
const post: readonly HttpMethod[] = ["POST"];
const read: readonly Permission[] = ["Swap.Read"];
const request: readonly Permission[] = ["Swap.Request", "Swap.Operate"];
const approve: readonly Permission[] = ["Swap.Approve"];
const operate: readonly Permission[] = ["Swap.Operate"];
const filters = ["pair", "phase", "outcome", "active", "top", "after"];

function guardedRoutes(reading: Reading, checks: SharedReads): readonly Guarded[] {
  return [
    row("postPromotion", post, "promotions", request, postPromotion),
    row("listPromotions", reads, "promotions", read, listPromotions, filters),
    row("getPromotion", reads, "promotions/{id}", read, getPromotion),
    row("cancelPromotion", post, "promotions/{id}/cancel", request, cancelPromotion),
    row("postApproval", post, "promotions/{id}/approvals", approve, postApproval),
    row("orderRollback", post, "promotions/{id}/rollback", operate, orderRollback),
    row("postPlan", post, "plans", read, postPlan(reading, checks), ["at"]),
    row("listPairs", reads, "pairs", read, listPairs),
    row("getPair", reads, "pairs/{name}", read, getPair(reading, checks)),
    row("getWindow", reads, "pairs/{name}/window", read, getWindow, ["at"]),
    row("getAudit", reads, "pairs/{name}/audit", read, getAudit, ["after", "top"]),
    row("cancelPromotions", post, "pairs/{name}/cancel", operate, cancelPromotions),
    row("putHold", ["PUT"], "holds/{pair}", operate, putHold),
    row("deleteHold", ["DELETE"], "holds/{pair}", operate, deleteHold, ["id", "note"]),
    row("listSchedules", reads, "schedules", read, listSchedules),
    row("pauseSchedule", post, "schedules/{pair}/{name}/pause", operate, pauseOrResume("pause")),
    row("resumeSchedule", post, "schedules/{pair}/{name}/resume", operate, pauseOrResume("resume")),
  ];
}

/** The HTTP API (docs/http-api.md). All routes share one limit on calls and one on reads of Azure. */
export function httpRoutes(
  open: Gate,
  reading: Reading,
  limiter: CallLimiter = createCallLimiter(),
): readonly Route[] {
  const gate = { ...open, limiter };
  const guardedOnes = guardedRoutes(reading, createSharedReads()).map(
    ({ name, methods, route, anyOf, handle, query }): Route => ({
      name,
      methods,
      route,
      handler: guarded(gate, anyOf, (call) => takingOnly(query, call.request, () => handle(call))),
    }),
  );
  const health: Route = {
    name: "getHealth",
    methods: reads,
    route: "health",
    handler: answering(gate, (request, context) =>
      takingOnly([], request, () => getHealth(gate)(request, context)),
    ),
  };
  const known = [...guardedOnes, health];
  // The host tries functions in the order of their names, whatever their routes: unknownRoute must come last
  // (https://github.com/Azure/azure-functions-host/issues/9876).
  const unknown: Route = {
    name: "unknownRoute",
    methods: everyMethod,
    route: "{*path}",
    handler: answering(gate, unknownRoute(known)),
  };
  return [...known, unknown];
}
