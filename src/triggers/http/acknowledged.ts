import { showTime } from "../../domain/kernel/time";
import type { Ports } from "../../ports/ports";
import { NotAcknowledged, NothingSent } from "../read-back";
import { type Members, Problem } from "./problem";

/** What is sent is applied by then, even when its host has just died and another one takes over. */
const TAKEN_OVER_MS = 2 * 60_000;
/** Whoever was not acknowledged asks again after that. */
export const RETRY_AFTER = { "retry-after": "30" };

/** What a caller may do about a change that was sent and not seen to be stored. */
export interface Unseen {
  readonly nextStep: string;
  /** IANA name; UTC when it is absent. */
  readonly timeZone?: string;
}

/** The result of something that writes and reads back; one that is not seen in time is answered with what may still come of it. */
export async function acknowledged<T>(
  work: Promise<T>,
  unseen: Unseen,
  ports: Pick<Ports, "clock">,
): Promise<T> {
  try {
    return await work;
  } catch (fault) {
    if (fault instanceof NotAcknowledged && !(fault instanceof NothingSent))
      throw unacknowledged(fault.message, unseen, ports, { cause: fault });
    throw fault;
  }
}

/** 503: it was sent, or may have been, and is not undone: it may still take effect, usually by the time that is told. */
export function unacknowledged(
  detail: string,
  { nextStep, timeZone = "UTC" }: Unseen,
  { clock }: Pick<Ports, "clock">,
  more: { readonly members?: Members; readonly cause?: unknown } = {},
): Problem {
  const effect = {
    mayStillTakeEffect: true as const,
    usuallyBy: showTime(clock.now() + TAKEN_OVER_MS, timeZone),
  };
  const members = { ...effect, nextStep, ...more.members };
  const problem = new Problem("not-acknowledged", `${detail}; it may still take effect`, {
    headers: RETRY_AFTER,
    members,
  });
  problem.cause = more.cause;
  return problem;
}
