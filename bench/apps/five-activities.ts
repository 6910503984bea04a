import * as df from "durable-functions";

/** Five activities, one after another. */
df.app.orchestration("chain", function* (context) {
  let sum = 0;
  for (let step = 1; step <= 5; step++) sum += (yield context.df.callActivity("add", step)) as number;
  return sum;
});

df.app.activity("add", { handler: (step: number) => step * 2 });
