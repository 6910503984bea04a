import type { UserAction } from "../plans/world-plan";
import type { WorldWithApi } from "./pairs-editing";

const RETRY_MS = 10_000;

/** Sends a request with an id in the form of a schedule's, once, whatever the answer. */
export async function squat(
  { timeline, bus, httpApi, pairsFile }: WorldWithApi,
  { id, pair, promote, channel }: Extract<UserAction, { kind: "squat" }>,
): Promise<void> {
  const body = { requestId: id, pair: pairsFile.nameOf(pair), promote, reason: "mine" };
  timeline.add({ kind: "squatted", id, pair, promote });
  if (channel === "queue") bus.send(JSON.stringify({ ...body, requestedBy: "somebody" }));
  else
    void httpApi.once("postPromotion", { method: "POST", path: "promotions", body }, "Swap.Request|mallory");
  await Promise.resolve();
}

/** An operator cancels everything under way for a pair, and repeats the call until it is acknowledged. */
export async function cancelAll(
  { timeline, clock, httpApi, pairsFile, startedAt }: WorldWithApi,
  pair: string,
): Promise<void> {
  const name = pairsFile.nameOf(pair);
  const call = {
    ...{ method: "POST", path: `pairs/${name}/cancel`, params: { name } },
    body: { note: "too many" },
  };
  for (;;) {
    const askedAt = clock.now() - startedAt;
    const reply = await httpApi.check("cancelPromotions", call, "Swap.Operate|olga|person");
    const results = reply?.status === 200 ? resultsIn(reply.text) : [];
    for (const { requestId, result } of results)
      if (result === "cancelled") timeline.add({ kind: "cancel-acknowledged", request: requestId });
    if (reply?.status === 200) {
      const answered = results.every(({ result }) => ["cancelled", "already-concluded"].includes(result));
      timeline.add({ kind: "all-cancelled", pair, askedAt, answered });
      return;
    }
    await clock.sleep(RETRY_MS);
  }
}

interface Result {
  readonly requestId: string;
  readonly result: string;
}

function resultsIn(text: string): readonly Result[] {
  return (JSON.parse(text) as { readonly value: readonly Result[] }).value;
}
