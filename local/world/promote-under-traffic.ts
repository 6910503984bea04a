import { Api } from "./api";
import type { Bus, ReceivedEvent } from "./bus";
import { followPromotion, type Voice } from "./narration";
import { Traffic } from "./traffic";
import type { World } from "./world";

/** How long production is called before the request is sent, ms, to show the first version. */
const BEFORE_MS = 300;

/** Sends a request while production is called continuously, and follows it to its completion event. */
export async function promoteUnderTraffic(
  description: World["description"],
  bus: Bus,
  request: { readonly requestId: string },
  { say, heading }: Voice,
): Promise<{ readonly event: ReceivedEvent; readonly traffic: Traffic }> {
  heading("Traffic through the production virtual IP");
  const traffic = new Traffic(description.pairs[0]?.production ?? "", say);
  await new Promise((resolve) => setTimeout(resolve, BEFORE_MS));
  heading(`A swap request is sent to the queue ${description.requestQueue}`);
  say(JSON.stringify(request));
  await bus.send(request);
  const [event] = await Promise.all([
    bus.completion(request.requestId, 1, 120_000),
    followPromotion(new Api(description, "reader"), request.requestId, say, heading),
  ]);
  return { event, traffic };
}
