import type { PairPolicy } from "../../src/domain/policy/policy";
import type { Caller } from "../../src/ports/identity";
import { type Scenario, startScenario } from "./scenario";

const MINUTE = 60_000;

/** Two people within 20 minutes; valid for an hour. */
export const approval = { quorum: 2, deadlineMs: 20 * MINUTE, validForMs: 60 * MINUTE };

export function voter(oid: string, over: Partial<Caller> = {}): Partial<Caller> {
  return { oid, name: oid, permissions: ["Swap.Read", "Swap.Approve"], ...over };
}

interface Described {
  readonly vote?: string;
  readonly code?: string;
  readonly detail: string;
}

/** A scenario whose promotions wait for votes. */
export interface GateScenario {
  readonly scenario: Scenario;
  vote(
    id: string,
    by: Partial<Caller>,
    over?: Record<string, unknown>,
  ): Promise<Described & { status: number }>;
  /** Puts a new build in staging, so that the approved plan becomes stale. */
  deploy(): void;
}

export async function startGate(policy: Partial<PairPolicy> = { approval }): Promise<GateScenario> {
  const scenario = await startScenario({ policy });
  return {
    scenario,
    async vote(id, by, over = {}) {
      const planHash = (await scenario.promotion(id)).gate?.planHash;
      const body = { decision: "approve", planHash, ...over };
      const reply = await scenario.http("POST", `promotions/${id}/approvals`, body, by);
      return { status: reply.status, ...(reply.body as Described) };
    },
    deploy() {
      const green = scenario.arm.service("shop-green");
      if (green) green.uniqueId = `${green.uniqueId}-again`;
    },
  };
}
