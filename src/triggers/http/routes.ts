import type { HttpMethod } from "@azure/functions";
import { answering, guarded, type Gate, type Handler, type LimitedGate } from "./call";
import { createCallLimiter, type CallLimiter } from "./call-limit";
import { postApproval } from "./approvals";
import { getAudit } from "./audit";
import { deleteHold, putHold } from "./holds";
import { getHealth, getPair, listPairs, type Reading } from "./pairs";
import { cancelPromotions } from "./pair-cancels";
import { getOpening } from "./openings";
import { listSchedules, stopOrGo } from "./schedules";
import { postPlan } from "./plans";
import { listPromotions } from "./promotion-list";
import { cancelPromotion, getPromotion, postPromotion } from "./promotions";
import { orderSwapBack } from "./swap-back";

export interface Route {
  readonly name: string;
  readonly methods: readonly HttpMethod[];
  /** Below the host's route prefix (`api`). */
  readonly route: string;
  readonly handler: Handler;
}

/** The HTTP API (docs/http-api.md); one limit on calls for all of it. */
export function httpRoutes(
  open: Gate,
  reading: Reading,
  limiter: CallLimiter = createCallLimiter(),
): readonly Route[] {
  const gate = { ...open, limiter };
  return [
    ...promotionRoutes(gate),
    {
      name: "postPlan",
      methods: ["POST"],
      route: "plans",
      handler: guarded(gate, ["Swap.Read"], postPlan(reading)),
    },
    { name: "listPairs", methods: ["GET"], route: "pairs", handler: guarded(gate, ["Swap.Read"], listPairs) },
    {
      name: "getPair",
      methods: ["GET"],
      route: "pairs/{name}",
      handler: guarded(gate, ["Swap.Read"], getPair(reading)),
    },
    {
      name: "getAudit",
      methods: ["GET"],
      route: "pairs/{name}/audit",
      handler: guarded(gate, ["Swap.Read"], getAudit),
    },
    {
      name: "cancelPromotions",
      methods: ["POST"],
      route: "pairs/{name}/cancel",
      handler: guarded(gate, ["Swap.Operate"], cancelPromotions),
    },
    {
      name: "putHold",
      methods: ["PUT"],
      route: "holds/{pair}",
      handler: guarded(gate, ["Swap.Operate"], putHold),
    },
    ...timeRoutes(gate),
    {
      name: "deleteHold",
      methods: ["DELETE"],
      route: "holds/{pair}",
      handler: guarded(gate, ["Swap.Operate"], deleteHold),
    },
    { name: "getHealth", methods: ["GET"], route: "health", handler: answering(gate, getHealth(gate)) },
  ];
}

function promotionRoutes(gate: LimitedGate): readonly Route[] {
  return [
    {
      name: "postPromotion",
      methods: ["POST"],
      route: "promotions",
      handler: guarded(gate, ["Swap.Request", "Swap.Operate"], postPromotion),
    },
    {
      name: "listPromotions",
      methods: ["GET"],
      route: "promotions",
      handler: guarded(gate, ["Swap.Read"], listPromotions),
    },
    {
      name: "getPromotion",
      methods: ["GET"],
      route: "promotions/{id}",
      handler: guarded(gate, ["Swap.Read"], getPromotion),
    },
    {
      name: "cancelPromotion",
      methods: ["POST"],
      route: "promotions/{id}/cancel",
      handler: guarded(gate, ["Swap.Request", "Swap.Operate"], cancelPromotion),
    },
    {
      name: "postApproval",
      methods: ["POST"],
      route: "promotions/{id}/approvals",
      handler: guarded(gate, ["Swap.Approve"], postApproval),
    },
    {
      name: "orderSwapBack",
      methods: ["POST"],
      route: "promotions/{id}/swap-back",
      handler: guarded(gate, ["Swap.Operate"], orderSwapBack),
    },
  ];
}

/** When swaps may start, and what starts by the clock. */
function timeRoutes(gate: LimitedGate): readonly Route[] {
  return [
    {
      name: "getOpening",
      methods: ["GET"],
      route: "pairs/{name}/opening",
      handler: guarded(gate, ["Swap.Read"], getOpening),
    },
    {
      name: "listSchedules",
      methods: ["GET"],
      route: "schedules",
      handler: guarded(gate, ["Swap.Read"], listSchedules),
    },
    {
      name: "pauseSchedule",
      methods: ["POST"],
      route: "schedules/{pair}/{name}/pause",
      handler: guarded(gate, ["Swap.Operate"], stopOrGo("pause")),
    },
    {
      name: "resumeSchedule",
      methods: ["POST"],
      route: "schedules/{pair}/{name}/resume",
      handler: guarded(gate, ["Swap.Operate"], stopOrGo("resume")),
    },
  ];
}
