import { composeProgress } from "../domain/completion-event";
import type { ProgressData } from "../domain/events";
import { alertOf } from "../domain/alerts";
import type { Ports } from "../ports/ports";

export interface CompletionInput {
  readonly requestId: string;
}

/** Whether the broker has accepted the stored completion event, now or before; `false` means: try again. */
export async function publishCompletion(input: CompletionInput, ports: Ports): Promise<boolean> {
  const { requestId } = input;
  try {
    const state = await ports.promotions.read(requestId);
    if (!state?.conclusion) return false;
    if (state.announcedAt !== undefined) return true;
    await ports.announcer.publish(state.conclusion.event);
    const { outcome, reason } = state.conclusion;
    const fields = { requestId, pair: state.request.pair, code: reason.code, detail: reason.detail };
    const alert = alertOf(outcome);
    if (alert) ports.log.alert(alert.code, alert.message, fields);
    else ports.log.info(`promotion concluded: ${outcome}`, fields);
    return true;
  } catch (fault) {
    ports.log.warn("a completion event could not be published yet", { requestId, detail: String(fault) });
    return false;
  }
}

export interface ProgressInput {
  readonly requestId: string;
  readonly pair: string;
  readonly news: readonly Pick<ProgressData, "step" | "detail" | "approval">[];
  readonly at: number;
}

/** News must not hold up the swap it tells of. */
const PROGRESS_TIMEOUT_MS = 3_000;

/** Tells of steps in their order, best effort: a lost progress event is logged and forgotten. */
export async function announceProgress(input: ProgressInput, ports: Ports): Promise<void> {
  for (const news of input.news) await tell(input, news, ports);
}

async function tell(
  { requestId, pair, at }: ProgressInput,
  { step, detail, approval }: ProgressInput["news"][number],
  ports: Ports,
): Promise<void> {
  ports.log.info(`promotion ${step}`, { requestId, pair, detail });
  try {
    const event = composeProgress({ requestId, pair }, step, detail, at, approval);
    await ports.announcer.publish(JSON.stringify(event), PROGRESS_TIMEOUT_MS);
  } catch (fault) {
    ports.log.warn("a progress event was lost", { requestId, pair, detail: String(fault) });
  }
}
