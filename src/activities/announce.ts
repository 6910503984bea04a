import { alertOf, fieldsOf } from "../domain/promotion/events";
import { composeProgress } from "../domain/promotion/completion-event";
import type { ProgressData } from "../domain/promotion/events";
import type { Ports } from "../ports/ports";

export interface CompletionInput {
  readonly requestId: string;
}

/** Publishes the stored completion event unless that was done before. False means: try again. */
export async function publishCompletion(input: CompletionInput, ports: Ports): Promise<boolean> {
  const { requestId } = input;
  try {
    const state = await ports.promotions.read(requestId);
    if (!state?.conclusion) return false;
    if (state.announcedAt !== undefined) return true;
    await ports.announcer.publish(state.conclusion.event);
    const fields = fieldsOf(state, state.conclusion);
    const alert = alertOf(state.conclusion.outcome);
    if (alert) ports.log.alert(alert.code, alert.message, fields);
    else ports.log.info("a promotion ended", fields);
    return true;
  } catch (fault) {
    ports.log.warn("a completion event could not be published yet", { requestId, fault });
    return false;
  }
}

export interface ProgressInput {
  readonly requestId: string;
  readonly pair: string;
  readonly news: readonly Pick<ProgressData, "step" | "detail" | "approval">[];
  readonly at: number;
}

/** Progress events must not delay the swap. */
const PROGRESS_TIMEOUT_MS = 3_000;

/** Publishes progress events in order, best effort: a lost event is only logged. */
export async function announceProgress(input: ProgressInput, ports: Ports): Promise<void> {
  for (const news of input.news) await publishProgress(input, news, ports);
}

async function publishProgress(
  { requestId, pair, at }: ProgressInput,
  { step, detail, approval }: ProgressInput["news"][number],
  ports: Ports,
): Promise<void> {
  ports.log.info("a promotion progressed", { requestId, pair, detail: `${step}: ${detail}` });
  try {
    const event = composeProgress({ requestId, pair }, step, detail, at, approval);
    await ports.announcer.publish(JSON.stringify(event), PROGRESS_TIMEOUT_MS);
  } catch (fault) {
    ports.log.warn("a progress event was lost", { requestId, pair, fault });
  }
}
