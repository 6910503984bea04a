import type { OrchestrationContext } from "durable-functions";
import type { WindowInput } from "../activities/check-window";
import type { GateDecision } from "../domain/approval/gate";
import type { Probe } from "../domain/cloud-service/probe";
import type { ReadinessMemory, ReadinessRule } from "../domain/cloud-service/readiness";
import type { SideReadiness } from "../domain/cloud-service/readiness-view";
import type { SoakEvidence, SoakMemory, WatchRule } from "../domain/cloud-service/soak";
import type { PairIdentity, PairKey } from "../domain/kernel/pair-key";
import type { Side, SwapRequest } from "../domain/kernel/swap-request";
import type { Cancel, Lease, PairView, RollbackOrder } from "../domain/pair/pair";
import type { PlanVerdict, SwapPlan } from "../domain/plan/plan";
import type { AttemptVerdict } from "../domain/swap/attempt";
import type { SettlementDecision, SettlementMemory } from "../domain/swap/settlement";
import type { VerificationDecision, Verified } from "../domain/swap/verification";
import type { Steps } from "./calls";

/** A rollback was ordered during the wait. */
type Ordered = { readonly kind: "ordered"; readonly order: RollbackOrder };

/** Input, memory and verdict of each kind of wait, all serialized as JSON. */
export interface WaitKinds {
  planning: {
    about: { request: SwapRequest; pair: PairIdentity; target?: Side };
    memory: undefined;
    verdict: Exclude<PlanVerdict, { kind: "unreadable" }>;
  };
  gate: {
    /** `because`: why people are asked again. */
    about: { approvers: string; planHash: string; because?: string };
    memory: undefined;
    verdict: GateDecision & { detail: string };
  };
  window: {
    about: WindowInput;
    memory: undefined;
    verdict: { kind: "open" } | { kind: "removed"; detail: string };
  };
  queue: { about: Record<string, never>; memory: undefined; verdict: Lease };
  readiness: {
    about: Pick<SwapPlan, "incoming" | "outgoing"> & { rule: ReadinessRule; probes?: readonly Probe[] };
    memory: ReadinessMemory;
    verdict: { kind: "ready"; detail: string } | { kind: "never"; detail: string };
  };
  settlement: {
    about: { plan: SwapPlan };
    memory: SettlementMemory;
    verdict: Exclude<SettlementDecision, { kind: "not-yet" }> & {
      /** The verdict that the attempt reported. */
      verdict?: AttemptVerdict;
      /** The attempt that was open, if it still is. */
      nonce?: string;
      /** Set if the proof's own read, including public IPs, verifies the swap too. */
      verified?: Verified;
    };
  };
  verification: {
    /** `orderable`: an ordered rollback ends the wait. */
    about: { plan: SwapPlan; probes: readonly Probe[]; orderable: boolean };
    memory: Pick<VerificationDecision, "finalRead" | "against">;
    verdict: ({ kind: "verified" } & Verified) | Ordered;
  };
  soak: {
    about: { plan: SwapPlan; probes: readonly Probe[]; rule: WatchRule };
    memory: SoakMemory;
    verdict:
      | ({ kind: "pass"; evidence: SoakEvidence } & Verified)
      | { kind: "regression" | "cannot-measure" | "foreign-state"; detail: string; evidence: SoakEvidence }
      | Ordered;
  };
  rollback: { about: Record<string, never>; memory: undefined; verdict: "go" };
  announcement: { about: Record<string, never>; memory: undefined; verdict: "published" };
}

export type Kind = keyof WaitKinds;

/** What people see during a wait. */
export interface News {
  readonly detail: string;
  readonly readiness?: readonly SideReadiness[];
}

/** The input of the `wait` orchestration. The next generation gets it with the updated memory. */
export interface WaitInput<K extends Kind = Kind> {
  readonly kind: K;
  readonly requestId: string;
  readonly runId: string;
  readonly pairKey: PairKey;
  readonly since: number;
  readonly until: number;
  /** How long after `until` it still observes, for late-arriving decisions made in time. */
  readonly graceMs?: number;
  readonly about: WaitKinds[K]["about"];
  readonly memory?: WaitKinds[K]["memory"];
  /** The earliest time of the next observation (Retry-After, or the poll interval of the previous generation). */
  readonly observeAfter?: number;
  /** The last recorded news, so that only changes are written. */
  readonly last?: News;
}

/** How a wait ended. */
export type WaitResult<K extends Kind> =
  | { readonly ended: "decided"; readonly verdict: WaitKinds[K]["verdict"] }
  /** `last` describes the last observation. */
  | { readonly ended: "expired"; readonly last: string; readonly memory?: WaitKinds[K]["memory"] }
  | { readonly ended: "cancelled"; readonly cancel: Cancel }
  /** Another run is in charge. */
  | { readonly ended: "superseded" };

/** The result of one round of a wait. */
export type Round<K extends Kind> =
  | { readonly kind: "decided"; readonly verdict: WaitKinds[K]["verdict"] }
  | (News & {
      readonly kind: "again";
      readonly memory?: WaitKinds[K]["memory"];
      /** How long until the next observation. */
      readonly afterMs: number;
    });

/** One kind of wait: how it observes and decides, and what people see of it. */
export interface Wait<K extends Kind> {
  /** Whether a cancel ends it. */
  readonly cancellable: boolean;
  /** Whether each wake event causes an observation at once. For waits that call no external service. */
  readonly checksWhenWoken?: boolean;
  /** Set for waits after the outcome is stored: the promotion record is neither updated nor checked. */
  readonly afterOutcome?: boolean;
  readonly endsWith: string;
  readonly next: string;
  /** `view` is the pair's state at the start of the round. */
  observe(context: OrchestrationContext, input: WaitInput<K>, view: PairView): Steps<Round<K>>;
}
