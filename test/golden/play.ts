import { refused } from "./exceptions";
import type { Exchange, Scenario } from "./fixtures";
import { readScenario, scenarioNames } from "./fixtures";
import type { GoldenApp, Reply } from "./golden-app";

/** Repeats each step of a scenario's driver. */
export async function playScenario(app: GoldenApp, { instanceId, steps, http }: Scenario): Promise<Reply[]> {
  const replies: Reply[] = [];
  for (const step of steps) {
    const exchange = step.http === undefined ? undefined : http[step.http];
    if (!exchange) {
      await app.wait(step, instanceId);
      continue;
    }
    replies.push(await app.send(exchange));
    await app.settle();
  }
  return replies;
}

/**
 * Plays the scenarios whose instances a file of exchanges shows: they were in the task hub before the recording.
 * Two of them appear only as children with host-made ids.
 */
export async function playScenariosShownIn(app: GoldenApp, file: unknown): Promise<void> {
  const text = JSON.stringify(file);
  const byChildren = text.includes(`"childFail"`) ? ["parent-fail", "parent-catch"] : [];
  for (const name of scenarioNames.filter((each) => !(`scenarios/${each}` in refused))) {
    const scenario = readScenario(name);
    const shown = byChildren.includes(name) || text.includes(`"${scenario.instanceId}"`);
    if (shown) await playScenario(app, scenario);
  }
  app.wire.calls.length = 0;
}

/** Repeats one recorded exchange and maps new host-made ids and tokens to the recorded ones. */
export async function playExchange(app: GoldenApp, entry: Exchange): Promise<Reply> {
  for (const step of entry.before ?? []) await app.wait(step, "");
  const reply = await app.send(entry);
  const made = (side: Reply) => [idIn(side.body), side.headers["x-ms-continuation-token"]];
  const own = made(reply);
  made(entry).forEach((theirs, i) => {
    const mine = own[i];
    if (typeof theirs === "string" && typeof mine === "string" && theirs !== mine) app.ids.set(theirs, mine);
  });
  return reply;
}

function idIn(body: unknown): unknown {
  return (body as { id?: unknown } | null)?.id;
}
