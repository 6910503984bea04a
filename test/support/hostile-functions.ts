import * as df from "durable-functions";
import type { OrchestrationContext } from "durable-functions";

/** One input of the activity `count` for each execution. */
export const ran: unknown[] = [];
/** One input of the orchestrator `worker` for each first episode. */
export const episodes: unknown[] = [];
/** The activity `count` ends only after this resolves. */
export const gate: { wait: (() => Promise<void>) | undefined } = { wait: undefined };

export const total = new df.EntityId("total", "k");

/** Small orchestrations, an activity and an entity that show the engine's behaviour. */
export function registerHostile(): void {
  df.app.activity("count", {
    handler: async (input: unknown) => {
      const n = ran.push(input);
      await gate.wait?.();
      return n;
    },
  });
  df.app.entity("total", (context: df.EntityContext<number[]>) => {
    const before = context.df.getState(() => []) ?? [];
    if (context.df.operationName === "add")
      context.df.setState([...before, context.df.getInput<number>() ?? 0]);
    context.df.return(before);
  });
  const orchestrations: Record<string, (context: OrchestrationContext) => Generator<df.Task>> = {
    *worker(context) {
      if (!context.df.isReplaying) episodes.push(context.df.getInput());
      const first = yield context.df.callActivity("count", "first");
      return [first, yield context.df.callActivity("count", "second")];
    },
    *gather(context) {
      const first = yield context.df.waitForExternalEvent("go");
      return [first, yield context.df.waitForExternalEvent("go")];
    },
    *ordered(context) {
      const first = yield context.df.waitForExternalEvent("first");
      return [first, yield context.df.waitForExternalEvent("second")];
    },
    *sleeper(context) {
      const begun = context.df.currentUtcDateTime.getTime();
      yield context.df.createTimer(new Date(begun + (context.df.getInput<number | undefined>() ?? 60_000)));
      return context.df.currentUtcDateTime.getTime() - begun;
    },
    *time(context) {
      yield context.df.waitForExternalEvent("go");
      return context.df.currentUtcDateTime.toISOString();
    },
    *caller(context) {
      return yield context.df.callEntity(total, "add", 1);
    },
    *parent(context) {
      return yield context.df.callSubOrchestrator("worker", "child", `${context.df.instanceId}-child`);
    },
    *again(context) {
      const queue = context.df.getInput<number>() ?? 0;
      if (queue > 0) return yield context.df.waitForExternalEvent("kept");
      yield context.df.waitForExternalEvent("go");
      context.df.continueAsNew(queue + 1);
      return undefined;
    },
    *generations(context) {
      const left = context.df.getInput<number>() ?? 0;
      yield context.df.waitForExternalEvent(`go-${left}`);
      if (left > 0) context.df.continueAsNew(left - 1);
      return undefined;
    },
  };
  for (const [name, orchestration] of Object.entries(orchestrations)) {
    df.app.orchestration(name, orchestration as unknown as df.OrchestrationHandler);
  }
}
