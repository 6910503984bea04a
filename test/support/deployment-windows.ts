import {
  type CalendarSources,
  createDeploymentWindows,
} from "../../src/adapters/deployment-windows/deployment-windows";
import type { DeploymentWindowRule } from "../../src/domain/policy/policy";
import type { Clock } from "../../src/ports/clock";
import type { Policies } from "../../src/ports/policies";

/** The product's deployment windows over rules in memory. A calendar without an entry in `texts` is unreadable. */
export function deploymentWindowsOf(
  policies: Policies,
  clock: Clock,
  rules: ReadonlyMap<string, DeploymentWindowRule> = new Map(),
  texts: Pick<ReadonlyMap<string, string>, "get"> = new Map(),
): ReturnType<typeof createDeploymentWindows> {
  const read: CalendarSources["fetch"] = (source) => {
    const text = texts.get(source);
    return Promise.resolve(
      text === undefined ? { kind: "error", detail: "it is not there" } : { kind: "text", text },
    );
  };
  return createDeploymentWindows({
    policies,
    rules,
    addresses: new Map(),
    sources: { fetch: read, readFile: read },
    clock,
  });
}

export function aDeploymentWindow(over: Partial<DeploymentWindowRule> = {}): DeploymentWindowRule {
  return { allow: [], deny: [], freezes: [], zone: "Europe/Berlin", ...over };
}
