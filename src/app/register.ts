import { app, type InvocationContext, trigger } from "@azure/functions";
import * as df from "durable-functions";
import { activities } from "../activities/activities";
import { describePair } from "../activities/read-services";
import { planWith } from "../activities/plan-promotion";
import { digest } from "../adapters/digest";
import type { Config } from "../config/config";
import { retainMs } from "../domain/promotion/retention";
import { auditEntity } from "../entities/audit-entity";
import { refusingNewer } from "../entities/newer-state";
import { operationEntity } from "../entities/operation-entity";
import { indexEntity, pairEntity } from "../entities/pair-entity";
import { promotionEntity } from "../entities/promotion-entity";
import { rosterEntity } from "../entities/roster-entity";
import { scheduleEntity } from "../entities/schedule-entity";
import { promote } from "../orchestrations/promote";
import { wait } from "../orchestrations/wait";
import type { TokenVerifier } from "../ports/identity";
import type { Ports } from "../ports/ports";
import type { CallLimiter } from "../triggers/http/call-limit";
import { httpRoutes } from "../triggers/http/routes";
import type { PortsFor } from "../triggers/ports-for";
import { createDeadLetterHandler, createQueueHandler } from "../triggers/queue";
import { createReconciler } from "../triggers/reconciler";
import { createRetention } from "../triggers/retention";
import { createScheduler } from "../triggers/scheduler";

const client = df.input.durableClient();

/** Registers every function, orchestrator and entity under its stable name. */
export function registerApp(
  portsFor: PortsFor,
  verifier: TokenVerifier,
  config: Config,
  limiter?: CallLimiter,
): void {
  registerDurable(portsFor);
  registerServiceBus(portsFor, config);
  registerHttpAndTimer(portsFor, verifier, limiter);
  registerRetention(portsFor, config);
}

/** Hourly: retention is a matter of months. */
export function registerRetention(portsFor: PortsFor, config: Pick<Config, "retention">): void {
  app.timer("retention", {
    schedule: "0 17 * * * *",
    extraInputs: [client],
    handler: loggingFaults(
      portsFor,
      createRetention(portsFor, (pair) => retainMs(config.retention, pair)),
    ),
  });
}

/** The host logs message and stack of a thrown fault, but not its causes: log them first. */
function loggingFaults<I, R>(
  portsFor: PortsFor,
  handler: (input: I, context: InvocationContext) => R | Promise<R>,
): (input: I, context: InvocationContext) => Promise<R> {
  return async (input, context) => {
    try {
      return await handler(input, context);
    } catch (fault) {
      portsFor(context).log.warn("a function failed", { detail: context.functionName, fault });
      throw fault;
    }
  };
}

function registerEntity<T>(
  portsFor: PortsFor,
  name: string,
  entity: (context: df.EntityContext<T>) => void,
): void {
  const described = (context: df.EntityContext<T>) => {
    const { entityKey, operationName } = context.df;
    const detail = `@${name}@${entityKey}: ${operationName ?? ""}`;
    const message =
      "an operation was refused: the state it is for was written by a newer version of this app";
    portsFor(context).log.alert("newer-state", message, { detail });
  };
  df.app.entity(name, refusingNewer(entity, described));
}

export function registerDurable(portsFor: PortsFor): void {
  registerEntity(portsFor, "promotion", promotionEntity(digest));
  registerEntity(portsFor, "pair", pairEntity(digest));
  registerEntity(portsFor, "operation", operationEntity);
  registerEntity(portsFor, "audit", auditEntity);
  registerEntity(portsFor, "index", indexEntity);
  registerEntity(portsFor, "schedule", scheduleEntity);
  registerEntity(portsFor, "roster", rosterEntity);
  df.app.orchestration("promote", promote);
  df.app.orchestration("wait", wait);
  for (const [name, activity] of Object.entries(activities)) {
    const run = activity as (input: unknown, ports: Ports) => Promise<unknown>;
    df.app.activity(name, {
      extraInputs: [client],
      handler: loggingFaults(portsFor, (input: unknown, context) => run(input, portsFor(context))),
    });
  }
}

function registerServiceBus(portsFor: PortsFor, config: Config): void {
  const { requestQueue, setting: connection } = config.serviceBus;
  // The typed trigger has no `dataType`; the generic one passes it on, as its maintainers advise
  // (https://github.com/Azure/azure-functions-nodejs-library/issues/72).
  app.generic("acceptSwapRequest", {
    trigger: trigger.generic({
      type: "serviceBusTrigger",
      connection,
      queueName: requestQueue,
      dataType: "binary",
    }),
    extraInputs: [client],
    handler: loggingFaults(portsFor, createQueueHandler(portsFor, requestQueue)),
  });
  app.serviceBusQueue("announceDeadLetter", {
    connection,
    queueName: `${requestQueue}/$deadletterqueue`,
    extraInputs: [client],
    handler: loggingFaults(portsFor, createDeadLetterHandler(portsFor, requestQueue)),
  });
}

export function registerHttpAndTimer(
  portsFor: PortsFor,
  verifier: TokenVerifier,
  limiter?: CallLimiter,
): void {
  app.timer("reconciler", {
    schedule: "0 * * * * *",
    extraInputs: [client],
    handler: loggingFaults(portsFor, createReconciler(portsFor)),
  });
  app.timer("scheduler", {
    schedule: "0 * * * * *",
    extraInputs: [client],
    handler: loggingFaults(portsFor, createScheduler(portsFor)),
  });
  for (const route of httpRoutes(
    { portsFor, verifier },
    { plan: planWith, describe: describePair },
    limiter,
  )) {
    app.http(route.name, {
      methods: [...route.methods],
      route: route.route,
      // Verified tokens decide; function keys do not.
      authLevel: "anonymous",
      extraInputs: [client],
      handler: route.handler,
    });
  }
}
