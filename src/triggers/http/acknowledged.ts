import { showTime } from "../../domain/kernel/time";
import type { Ports } from "../../ports/ports";
import { NotAcknowledged, NothingSent } from "../read-back";
import { type Members, Problem } from "./problem";

/** A signal is applied by then, even when its host dies and another host takes over. */
const TAKEN_OVER_MS = 2 * 60_000;
/** When a caller asks again after a call that was not acknowledged. */
export const RETRY_AFTER = { "retry-after": "30" };

/** What a caller can do about a change that was sent but not seen in storage. */
export interface Unseen {
  readonly nextStep: string;
  /** IANA name; UTC when it is absent. */
  readonly timeZone?: string;
}

/**
 * Returns the result of work that writes and reads back. A change that is not seen in time becomes a 503 that says
 * what may still happen.
 */
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

/** 503: the change was sent and may still take effect, usually by the time the reply names. */
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
