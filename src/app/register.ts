import { app, type InvocationContext } from "@azure/functions";
import * as df from "durable-functions";
import { activities } from "../activities/activities";
import { indexEntity, pairEntity } from "../entities/pair-entity";
import { promotionEntity } from "../entities/promotion-entity";
import { promote } from "../orchestrations/promote";
import { wait } from "../orchestrations/wait";
import type { Ports } from "../ports/ports";

/** Binds ports to one invocation, with its durable client and log. */
export type PortsFor = (context: InvocationContext) => Ports;

/** Registers entities, orchestrations and activities under the names everything else relies on. */
export function registerDurable(portsFor: PortsFor): void {
  df.app.entity("promotion", promotionEntity);
  df.app.entity("pair", pairEntity);
  df.app.entity("index", indexEntity);
  df.app.orchestration("promote", promote);
  df.app.orchestration("wait", wait);
  const client = df.input.durableClient();
  for (const [name, activity] of Object.entries(activities)) {
    const run = activity as (input: unknown, ports: Ports) => Promise<unknown>;
    df.app.activity(name, {
      extraInputs: [client],
      handler: (input: unknown, context: InvocationContext) => run(input, portsFor(context)),
    });
  }
}

export { app };
