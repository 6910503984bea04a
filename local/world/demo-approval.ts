import { Api, countSwaps, type Vote } from "./api";
import { Bus } from "./bus";
import { followPromotion, describeCompletion, describeFinalRead, type Voice } from "./narration";
import { Traffic } from "./traffic";
import type { World } from "./world";

/** The last line of the story. */
interface Summary {
  readonly outcome: string;
  readonly effectiveSwaps: number;
  readonly puts: number;
  readonly approvedBy: readonly string[];
  readonly putsBeforeTheQuorum: number;
}

/** A release that waits for two named people: who may not approve, who has approved, and the swap. */
export async function playApproval({ description }: World, { say, heading }: Voice): Promise<Summary> {
  const bus = new Bus(description);
  const request = {
    ...{ requestId: "demo-approval-1", pair: "shop", promote: "green", reason: "release v2" },
    expect: { version: "v2" },
  };
  heading("Traffic through the production virtual IP");
  const traffic = new Traffic(description.pairs[0]?.production ?? "", say);
  heading(`Rita Requester asks for a swap (POST ${description.http}/api/promotions)`);
  say(JSON.stringify(request));
  await new Api(description, "requester").request(request);
  const asked = await untilAsked(new Api(description, "reader"), request.requestId);
  heading("The release waits for people; it holds no lease, so no other promotion waits for it");
  say(`to approve   ${asked.toApprove}`);
  say(`plan         ${asked.planHash}`);
  say(`needed       ${asked.quorum} approvals, from: ${asked.approvers}`);
  say(`until        ${asked.until.utc}`);
  say(`to approve   ${asked.command}`);
  const vote = async (person: keyof World["description"]["tokens"], name: string, ballot: Partial<Vote>) => {
    const described = await new Api(description, person).vote(request.requestId, {
      ...{ decision: "approve", planHash: asked.planHash, comment: "looked at it" },
      ...ballot,
    });
    say(`${name}: ${described.status} ${described.said}`);
  };
  heading("Votes and their results");
  await vote("requester", "Rita Requester (asked for it, and is no approver)  ", {});
  await vote("approver", "Aron Approver, for an unknown plan                 ", { planHash: "0".repeat(64) });
  await vote("approver", "Aron Approver                                      ", {
    comment: "tests are green",
  });
  await vote("approver", "Aron Approver once more                            ", {});
  const { puts: putsBefore } = await countSwaps(description.journal);
  say(`PUTs to Resource Manager so far: ${putsBefore}`);
  await vote("secondApprover", "Berta Approver                                     ", { comment: "ship it" });
  const api = new Api(description, "reader");
  const [event] = await Promise.all([
    bus.completion(request.requestId, 1, 120_000),
    followPromotion(api, request.requestId, say, heading),
  ]);
  await vote("approver", "Aron Approver, who has changed his mind            ", { decision: "reject" });
  const report = await traffic.stop();
  heading("What the traffic saw");
  say(`${report.requests} requests, ${report.failures} failures, versions ${report.versions.join(" then ")}`);
  heading("Both services, re-read");
  describeFinalRead(event, say);
  heading(`The completion event, as received from the topic ${description.eventTopic}`);
  describeCompletion(event, say);
  const { votes } = event.data["approvals"] as { votes: { name: string; at: string; comment?: string }[] };
  for (const { name, at, comment } of votes) say(`approved by ${name} at ${at}: ${comment ?? ""}`);
  await bus.close();
  return summarise(description.journal, event.data.outcome ?? "unknown", votes, putsBefore);
}

async function summarise(
  journal: string,
  outcome: string,
  votes: readonly { name: string }[],
  putsBeforeTheQuorum: number,
): Promise<Summary> {
  const summary = {
    outcome,
    ...(await countSwaps(journal)),
    approvedBy: votes.map((vote) => vote.name),
    putsBeforeTheQuorum,
  };
  const isProved = summary.effectiveSwaps === 1 && summary.puts === 1 && putsBeforeTheQuorum === 0;
  if (outcome !== "promoted" || !isProved || summary.approvedBy.length !== 2) process.exitCode = 1;
  return summary;
}

async function untilAsked(api: Api, id: string) {
  for (;;) {
    const approval = (await api.promotion(id))?.approval;
    if (approval) return approval;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
