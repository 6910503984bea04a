import type { InvocationContext } from "@azure/functions";
import * as df from "durable-functions";
import type { DurableClient } from "durable-functions";
import { createLog } from "../adapters/console-log";
import { createCredential } from "../adapters/credential";
import { createCalendarSources } from "../adapters/deployment-windows/calendar-sources";
import { createDeploymentWindows } from "../adapters/deployment-windows/deployment-windows";
import { digest, nonce } from "../adapters/digest";
import { createOperations, createPairs, createPromotions, createSchedules } from "../adapters/durable-client";
import { createOutbound } from "../adapters/outbound";
import { createPolicies } from "../adapters/policies";
import { createProber, probeOrigins } from "../adapters/prober";
import { createCloudServices } from "../adapters/resource-manager/cloud-services";
import { createScheduleTimes } from "../adapters/schedules";
import { createAnnouncer } from "../adapters/service-bus-announcer";
import { systemClock } from "../adapters/system-clock";
import { createTokenVerifier } from "../adapters/token-verifier";
import type { Config } from "../config/config";
import type { TokenVerifier } from "../ports/identity";
import type { Policies } from "../ports/policies";
import type { PortsFor } from "../triggers/ports-for";

/** The only place that connects ports to Azure. Packages that load slowly are loaded at first use. */
export function wire(config: Config): { portsFor: PortsFor; verifier: TokenVerifier } {
  const credential = createCredential(config.identity);
  const cloudServices = createCloudServices({
    ...config.resourceManager,
    credential,
    clock: systemClock,
    digest,
  });
  const { eventTopic: topic, connectionString, fullyQualifiedNamespace } = config.serviceBus;
  const announcer = createAnnouncer({ connectionString, fullyQualifiedNamespace, credential, topic });
  const policies = createPolicies(config.pairs, config);
  const deploymentWindows = deploymentWindowsOf(config, policies);
  const client = createOutbound({ allow: probeOrigins(config.pairs), loopback: !config.identity.inAzure });
  const prober = createProber(client);
  const schedules = createScheduleTimes(config.schedules);
  const portsFor = (context: InvocationContext) => {
    let made: DurableClient | undefined;
    const client = () => (made ??= df.getClient(context));
    const bound = createLog((level, line) => {
      context[level](line);
    });
    return {
      cloudServices: cloudServices.loggingTo(bound),
      announcer,
      prober,
      policies,
      deploymentWindows: deploymentWindows(bound),
      clock: systemClock,
      log: bound,
      promotions: createPromotions(client, bound),
      pairs: createPairs(client),
      operations: createOperations(client),
      schedules: createSchedules(client, schedules),
      digest,
      nonce,
    };
  };
  return { portsFor, verifier: createTokenVerifier(config.identity) };
}

function deploymentWindowsOf(config: Config, policies: Policies): ReturnType<typeof createDeploymentWindows> {
  const { deploymentWindows: rules, calendarAddresses: addresses, identity } = config;
  const named = [...rules.values()].flatMap(({ freezes }) =>
    freezes.flatMap((freeze) => (freeze.kind === "calendar" ? [freeze.source] : [])),
  );
  const allow = [...addresses.values(), ...named].flatMap((source) =>
    URL.canParse(source) ? [new URL(source).origin] : [],
  );
  const sources = createCalendarSources(createOutbound({ allow, loopback: !identity.inAzure }));
  return createDeploymentWindows({ policies, rules, addresses, sources, clock: systemClock });
}
