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

/** A rollback was ordered meanwhile. */
type Ordered = { readonly kind: "ordered"; readonly order: RollbackOrder };

/** What each kind of wait needs to know, and what it decides. Inputs and verdicts cross as JSON. */
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
    about: Pick<SwapPlan, "incoming" | "outgoing"> & {
      rule: ReadinessRule;
      probes?: readonly Probe[];
    };
    memory: ReadinessMemory;
    verdict: { kind: "ready"; detail: string } | { kind: "never"; detail: string };
  };
  settlement: {
    about: { plan: SwapPlan };
    memory: SettlementMemory;
    verdict: Exclude<SettlementDecision, { kind: "not-yet" }> & {
      /** What the winner of the claim reported. */
      verdict?: AttemptVerdict;
      /** The attempt that was open; absent when there is none any more. */
      nonce?: string;
      /** When the proof's own read, public IPs included, verifies the swap too. */
      verified?: Verified;
    };
  };
  verification: {
    /** `orderable`: a rollback that is ordered meanwhile ends it. */
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

/** What people are told while a wait goes on. */
export interface News {
  readonly detail: string;
  readonly readiness?: readonly SideReadiness[];
}

/** The input of the `wait` orchestration; the next generation gets the same with what was remembered. */
export interface WaitInput<K extends Kind = Kind> {
  readonly kind: K;
  readonly requestId: string;
  readonly runId: string;
  readonly pairKey: PairKey;
  readonly since: number;
  readonly until: number;
  /** How long after that it still looks, for what was decided before and arrives later. */
  readonly graceMs?: number;
  readonly about: WaitKinds[K]["about"];
  readonly memory?: WaitKinds[K]["memory"];
  /** Nothing is observed before this time (Retry-After, or the poll of the generation before). */
  readonly observeAfter?: number;
  /** What people were last told, so that only news is written. */
  readonly last?: News;
}

/** How a wait ended. */
export type WaitResult<K extends Kind> =
  | { readonly ended: "decided"; readonly verdict: WaitKinds[K]["verdict"] }
  /** `last` is the last thing that was seen. */
  | { readonly ended: "expired"; readonly last: string; readonly memory?: WaitKinds[K]["memory"] }
  | { readonly ended: "cancelled"; readonly cancel: Cancel }
  /** Another run took over; this one has nothing to say any more. */
  | { readonly ended: "superseded" };

/** What one round of a wait decides. */
export type Round<K extends Kind> =
  | { readonly kind: "decided"; readonly verdict: WaitKinds[K]["verdict"] }
  | (News & {
      readonly kind: "again";
      readonly memory?: WaitKinds[K]["memory"];
      /** How long until the next observation. */
      readonly afterMs: number;
    });

/** One kind of wait: how it observes and decides, and what people are told of it. */
export interface Wait<K extends Kind> {
  /** Whether a cancel ends it. */
  readonly cancellable: boolean;
  /** It looks whenever something wakes it, however short ago it looked: for looks that ask nobody outside. */
  readonly checksWhenWoken?: boolean;
  /** The outcome is stored: the promotion record is told nothing any more, and it ends no run. */
  readonly afterOutcome?: boolean;
  readonly endsWith: string;
  readonly next: string;
  /** `view` is the pair as the round found it. */
  observe(context: OrchestrationContext, input: WaitInput<K>, view: PairView): Steps<Round<K>>;
}
