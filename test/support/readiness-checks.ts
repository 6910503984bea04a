import {
  checkRoles,
  decideReadiness,
  type ReadinessMemory,
  type RoleStateCheck,
} from "../../src/domain/cloud-service/readiness";
import { aService, found, NOW, someInstances } from "./observations";

export const rule = { pollMs: 30_000, stableForMs: 120_000, deadlineMs: 1_800_000 };

export const up = ["Started", "Started"];

/** A check of one service, whose instances are in these states. */
export function check(
  side: "blue" | "green",
  at: number,
  states: readonly (string | undefined)[] = ["Started", "Started"],
): RoleStateCheck {
  return checkRoles(side, found(aService(side)), found(someInstances(side, states, at)));
}

export type Check = readonly [incomingAt: number, incoming: readonly string[], outgoingAt: number];

/** Feeds checks of both services, each with its own time; returns the index of the first ready check. */
export function readyAt(checks: readonly Check[]): number | undefined {
  let memory: ReadinessMemory | undefined;
  for (const [index, [incomingAt, states, outgoingAt]] of checks.entries()) {
    const incoming = check("green", NOW + incomingAt * 1000, states);
    const outgoing = check("blue", NOW + outgoingAt * 1000);
    const decision = decideReadiness(memory, incoming, outgoing, rule);
    if (decision.kind === "ready") return index;
    if (decision.kind === "not-yet") memory = decision.memory;
  }
  return undefined;
}
