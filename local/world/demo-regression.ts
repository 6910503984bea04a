import { Api, countSwaps } from "./api";
import { Bus } from "./bus";
import { describeCompletion, describeFinalRead, type Voice } from "./narration";
import { promoteUnderTraffic } from "./promote-under-traffic";
import type { World } from "./world";

/** The last line of the story. */
interface Summary {
  readonly outcome: string;
  readonly effectiveSwaps: number;
  readonly puts: number;
  readonly answered: readonly string[];
  readonly onHold: boolean;
}

interface Evidence {
  readonly rollback?: { readonly by: string; readonly note: string };
  readonly soak?: {
    readonly checks: number;
    readonly failures: number;
    readonly last: readonly { readonly name: string; readonly verdict: string; readonly detail: string }[];
  };
}

/** A release with an error that shows only in production: the soak finds it, and the old production returns. */
export async function playRegression({ description }: World, { say, heading }: Voice): Promise<Summary> {
  const bus = new Bus(description);
  const request = {
    requestId: "demo-regression-1",
    pair: "shop",
    promote: "green",
    reason: "release v2, with an undetected error",
    requestedBy: "the demo",
    expect: { version: "v2" },
  };
  const { event, traffic } = await promoteUnderTraffic(description, bus, request, { say, heading });
  await new Promise((resolve) => setTimeout(resolve, 500));
  const report = await traffic.stop();
  heading("What was measured of new production");
  describeEvidence(event.data as Evidence, say);
  heading("What the traffic saw");
  say(`${report.requests} requests; answers from ${report.versions.join(", then ")}`);
  heading("Both services, re-read");
  describeFinalRead(event, say);
  heading(`The completion event, as received from the topic ${description.eventTopic}`);
  describeCompletion(event, say);
  heading("The pair is on hold until a person has looked");
  const { holds } = await new Api(description, "reader").pair("shop");
  for (const { reason } of holds) say(`${reason.code}: ${reason.detail}`);
  say(`to release it: DELETE ${description.http}/api/holds/shop with {"note": "…"}`);
  const swaps = await countSwaps(description.journal);
  await bus.close();
  const summary = {
    outcome: event.data.outcome ?? "unknown",
    ...swaps,
    answered: report.versions,
    onHold: holds.length > 0,
  };
  const isProved = summary.outcome === "rolled-back" && summary.effectiveSwaps === 2 && summary.puts === 2;
  if (!isProved || report.versions.at(-1) !== "v1" || !summary.onHold) process.exitCode = 1;
  return summary;
}

function describeEvidence({ soak, rollback }: Evidence, say: Voice["say"]): void {
  for (const { name, verdict, detail } of soak?.last ?? []) say(`${verdict.padEnd(8)} ${name}: ${detail}`);
  if (soak) say(`${soak.failures} failure(s) in ${soak.checks} checks`);
  if (rollback) say(`the rollback was ordered by ${rollback.by}: ${rollback.note}`);
}
