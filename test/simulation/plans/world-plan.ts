import type { ApprovalRule } from "../../../src/domain/approval/rule";
import type { Side } from "../../../src/domain/kernel/swap-request";
import type { Sharing } from "../world/sharing";

/** The answers of an unhealthy release: wrong, or none. */
export type Sickness = "failure" | "error";

/** One entry of a simulated pairs file: its services in the world, and their names in the file. */
export interface PlannedPair {
  /** The pair's name in the world, by its services. */
  readonly of: string;
  readonly name: string;
  /** The file calls blue green, and green blue. */
  readonly exchanged?: boolean;
  readonly approval?: ApprovalRule;
}

/** The pairs of a pairs file. */
export type PairsFile = readonly PlannedPair[];

/** One schedule of a simulated pairs file, with times in the first hour of the world. */
export interface PlannedSchedule {
  readonly name: string;
  readonly minutes: readonly number[];
  readonly promote: Side | "staging";
  /** The default of the world's schedules when absent. */
  readonly expiresAfterMs?: number;
}

/** The schedules of a pairs file, by pair. */
export type ScheduleFile = Readonly<Record<string, readonly PlannedSchedule[]>>;

/** The schedules at the start of a world. */
export interface PlannedSchedules {
  readonly expiresAfterMs: number;
  readonly file: ScheduleFile;
}

/** When swaps of a simulated world may start; times are ms after its start. */
export interface PlannedWindow {
  /** Opens every `everyMinutes` of the hour (a divisor of 60), for `forMs`. */
  readonly allow?: { readonly everyMinutes: number; readonly forMs: number };
  readonly freeze?: { readonly from: number; readonly to: number };
  /** A calendar with one freeze, which is unreadable before `readableAfter`. */
  readonly feed?: { readonly from: number; readonly to: number; readonly readableAfter: number };
}

/** One event of a simulated world at `at` (virtual ms after its start). Plain data, to be shrunk and printed. */
export type UserAction =
  | {
      readonly at: number;
      readonly kind: "request";
      readonly request: string;
      readonly pair: string;
      readonly promote: Side | "staging";
      readonly channel: "queue" | "http";
      readonly copies: number;
      readonly every: number;
      readonly expiresAfter?: number;
      /** The least time between request and swap. */
      readonly notBeforeIn?: number;
      readonly irreversible?: boolean;
      /** Expects a version in production: the right one at the time of the request, or an unknown one. */
      readonly expect?: "right" | "wrong";
      /** Break-glass over HTTP, by an operator or by a caller without permission. */
      readonly breakGlass?: "operator" | "requester" | "application";
      readonly otherContent: boolean;
      /** Over HTTP, sent once and never repeated, whatever the answer. */
      readonly givesUp?: boolean;
    }
  | { readonly at: number; readonly kind: "malformed"; readonly body: string }
  | { readonly at: number; readonly kind: "cancel"; readonly request: string }
  /** Settings of the simulated Resource Manager. */
  | { readonly at: number; readonly kind: "service-fault"; readonly serviceFault: object }
  | { readonly at: number; readonly kind: "arm-fault"; readonly fault: object }
  | { readonly at: number; readonly kind: "kill"; readonly downMs: number }
  /** A host stops in order. */
  | { readonly at: number; readonly kind: "stop"; readonly downMs: number }
  | { readonly at: number; readonly kind: "freeze"; readonly forMs: number }
  | { readonly at: number; readonly kind: "broker-outage"; readonly forMs: number }
  | { readonly at: number; readonly kind: "terminate"; readonly request: string }
  /** `all`: releases every hold of the pair instead of this one. */
  | {
      readonly at: number;
      readonly kind: "hold";
      readonly pair: string;
      readonly forMs: number;
      readonly all?: boolean;
    }
  /** Sets the wall clock of a host, and later corrects it. */
  | { readonly at: number; readonly kind: "clock-set"; readonly byMs: number; readonly forMs: number }
  | { readonly at: number; readonly kind: "new-version" }
  /** A release answers its probes wrongly, or not at all. */
  | {
      readonly at: number;
      readonly kind: "sick";
      readonly pair: string;
      readonly side: Side;
      readonly how: Sickness;
      readonly forMs: number;
    }
  /** Somebody votes on a promotion; `stale`: on an unknown plan. */
  | {
      readonly at: number;
      readonly kind: "vote";
      readonly request: string;
      readonly by: string;
      readonly application: boolean;
      readonly decision: "approve" | "reject";
      readonly stale: boolean;
    }
  /** A person pauses or resumes a schedule. */
  | {
      readonly at: number;
      readonly kind: "pause" | "resume";
      readonly pair: string;
      readonly schedule: string;
    }
  /** The schedules of a pair are edited, and the hosts replaced one by one. */
  | {
      readonly at: number;
      readonly kind: "edit";
      readonly pair: string;
      readonly to: readonly PlannedSchedule[];
    }
  /** The pairs are edited (names, sides and approvals), and the hosts replaced one by one. */
  | { readonly at: number; readonly kind: "edit-pairs"; readonly to: PairsFile }
  /** Somebody sends a request with the id of a scheduled promotion, or a similar one. */
  | {
      readonly at: number;
      readonly kind: "squat";
      readonly id: string;
      readonly pair: string;
      readonly promote: Side;
      readonly channel: "queue" | "http";
    }
  /** An operator cancels everything that a pair has under way. */
  | { readonly at: number; readonly kind: "cancel-all"; readonly pair: string }
  /** A person orders the rollback of a promotion. */
  | { readonly at: number; readonly kind: "rollback"; readonly request: string };

/** Probability of each fault, per occasion. All zero is a calm world. */
export interface Chances {
  /** A host dies at a commit step or around an external effect. */
  readonly crash: number;
  readonly mostCrashes: number;
  /** A durable client's call fails, before or after it took effect. */
  readonly client: number;
  readonly activityTwice: number;
  /** An attempt is executed again, at once or minutes later. */
  readonly attemptTwice: number;
  readonly activityLate: number;
  readonly deliveryLate: number;
  readonly deliveryTwice: number;
  readonly batchReordered: number;
  readonly rowLag: number;
  readonly eventsLost: number;
  readonly timerOff: number;
  /** A second host serves the same instance at the same time. */
  readonly leaseStolen: number;
  readonly publishFails: number;
  readonly settlementLost: number;
  readonly readFails: number;
  /** An attempt starts minutes after its decision. */
  readonly attemptLate: number;
  /** A host stands still around a step of an attempt, before its grant or after it. */
  readonly attemptFrozen: number;
  /** Whether wall clocks are set back during that; 0: never. */
  readonly clockSet: number;
  /** Clients read an outdated entity for a while after a commit. */
  readonly staleRead: number;
}

/** What no protocol can prevent, and the PUT of the world, counted from 0, at which it occurs. */
export type Risk =
  | { readonly kind: "frozen before the write"; readonly put: number; readonly forMs: number }
  | { readonly kind: "swapped by hand before the write"; readonly put: number }
  | { readonly kind: "undone by hand before it was seen"; readonly put: number };

/** Settings of the simulated Resource Manager. */
export interface WirePlan {
  readonly operationUrls: object;
  readonly errors: "nested" | "top-level";
  readonly throttling: object;
  /** Roles of the app; all that it needs when absent. */
  readonly permissions?: readonly object[];
}

export interface WorldPlan {
  readonly seed: number;
  readonly pairs: readonly string[];
  /** Hosts that run durable functions. */
  readonly hosts: number;
  /** How hosts share the hub; as in host.json when absent, on hosts that run everything and keep their name. */
  readonly sharing?: Sharing;
  readonly stableForMs: number;
  readonly readinessDeadlineMs: number;
  readonly operationSeconds: number;
  /** The operation deadline and the polling interval; the defaults when absent. */
  readonly swapTimes?: { readonly operationDeadlineMs: number; readonly pollMs: number };
  readonly repeatedPut: "no-op" | "error" | "toggle";
  readonly skewMs: number;
  readonly chances: Chances;
  /** When random faults end, so that the world can come to rest. */
  readonly calmAfterMs: number;
  /** The interval of the reconciler; a minute when absent. */
  readonly reconcilerEveryMs?: number;
  /** People release halted pairs without checking whether an operation still runs. */
  readonly hasty?: boolean;
  /** At rest, every pair is requested once more. */
  readonly asksAtTheEnd?: boolean;
  readonly userActions: readonly UserAction[];
  /** The soak; none when absent. */
  readonly soak?: {
    readonly forMs: number;
    readonly probed: boolean;
    readonly asksStaging: boolean;
    readonly rollback: "automatic" | "never";
  };
  /** The approval rule; none when absent. */
  readonly approval?: {
    readonly quorum: number;
    readonly deadlineMs: number;
    readonly validForMs: number;
  };
  /** When swaps may start; always when absent. */
  readonly window?: PlannedWindow;
  /** Schedules; none when absent. */
  readonly schedules?: PlannedSchedules;
  /** The form of Resource Manager's replies; as recorded when absent. */
  readonly wire?: WirePlan;
  /** Absent in every ordinary world. */
  readonly risk?: Risk;
  /** Numbers of crash points, for sweeps; random when absent. */
  readonly crashAt?: readonly number[];
}

export const calmChances: Chances = {
  crash: 0,
  mostCrashes: 0,
  client: 0,
  activityTwice: 0,
  attemptTwice: 0,
  activityLate: 0,
  deliveryLate: 0,
  deliveryTwice: 0,
  batchReordered: 0,
  rowLag: 0,
  eventsLost: 0,
  timerOff: 0,
  leaseStolen: 0,
  publishFails: 0,
  settlementLost: 0,
  readFails: 0,
  attemptLate: 0,
  attemptFrozen: 0,
  clockSet: 0,
  staleRead: 0,
};
