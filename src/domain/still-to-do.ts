import { whyRefused } from "./acceptance";
import { approvalOf, approversOf, unreachable } from "./approval-rule";
import { codes, type Code } from "./codes";
import { tellHold } from "./hold";
import type { Opening } from "./opening";
import { tellOpening } from "./opening-told";
import type { PairState } from "./pair";
import { hasRoomFor } from "./pair-answers";
import { tightenReadiness, type PairPolicy } from "./policy";
import { mayTakeKeptPlace, type RequestOrigin, type SwapRequest } from "./swap-request";

/** What stands between a plan and its swap, in the order in which a promotion comes to it. */
export interface Step {
  readonly what: "acceptance" | "room" | "approval" | "opening" | "hold" | "turn" | "readiness";
  readonly detail: string;
  /** Only where the promotion would end here, or somebody has to act. */
  readonly code?: Code | undefined;
  readonly remedy?: string | undefined;
}

export interface Standing {
  readonly policy: PairPolicy;
  readonly request: SwapRequest;
  readonly origin: RequestOrigin;
  readonly pair: PairState;
  readonly opening: Opening;
  readonly now: number;
}

/** What people, the clock and the pair's line would still have to do before this request is swapped. */
export function stillToDo(standing: Standing): readonly Step[] {
  const { policy, request } = standing;
  const { stableForMs } = tightenReadiness(policy, request);
  return [
    ...acceptanceSteps(standing),
    ...roomSteps(standing),
    ...approvalSteps(standing),
    ...openingSteps(standing),
    ...standing.pair.holds.map((hold) => failing("hold", "on-hold", tellHold(hold))),
    ...turnSteps(standing),
    {
      what: "readiness",
      detail: `every role instance of both services runs without a break for ${stableForMs / 1_000} s`,
    },
  ];
}

function failing(what: Step["what"], code: Code, detail: string): Step {
  return { what, detail, code, remedy: codes[code].remedy };
}

function acceptanceSteps({ policy, request, origin, now }: Standing): readonly Step[] {
  const refusal = whyRefused({ request, origin }, policy, now);
  return refusal ? [{ what: "acceptance", ...refusal }] : [];
}

function roomSteps({ pair, request, origin }: Standing): readonly Step[] {
  if (hasRoomFor(pair, request.requestId, mayTakeKeptPlace(origin))) return [];
  return [failing("room", "queue-full", `${pair.enlisted.length} promotions of the pair are under way`)];
}

function approvalSteps({ policy, request, origin }: Standing): readonly Step[] {
  const rule = approvalOf(policy.approval, request, origin);
  if (!rule) return [];
  const never = unreachable(rule, origin);
  if (never !== undefined) return [failing("approval", "approval-impossible", never)];
  const { quorum, deadlineMs } = rule;
  const who = `${quorum} approval${quorum === 1 ? "" : "s"} by ${approversOf(rule)}`;
  return [{ what: "approval", detail: `${who}, within ${deadlineMs / 60_000} min of being asked` }];
}

function openingSteps({ policy, request, opening }: Standing): readonly Step[] {
  if (opening.open) return [];
  return [{ what: "opening", detail: tellOpening(opening, policy.timeZone, request.expiresAt) }];
}

function turnSteps({ policy: { queue }, pair }: Standing): readonly Step[] {
  const before = [...(pair.lease ? [pair.lease.holder] : []), ...pair.line.map((entry) => entry.requestId)];
  if (before.length === 0) return [];
  const detail = `${before.join(", ")} ${before.length === 1 ? "goes" : "go"} first`;
  if (queue.whenBusy === "refuse") return [failing("turn", "turn-refused", detail)];
  const isFull = pair.line.length >= queue.maxQueued;
  return [isFull ? failing("turn", "queue-full", detail) : { what: "turn", detail }];
}
