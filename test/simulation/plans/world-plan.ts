import type { ApprovalRule } from "../../../src/domain/approval/rule";
import type { Side } from "../../../src/domain/kernel/swap-request";
import type { Sharing } from "../world/sharing";

/** How a release answers: wrongly, or not at all. */
export type Sickness = "failure" | "error";

/** One entry of a simulated pairs file: which services of the world it has, and what it calls them. */
export interface PlannedPair {
  /** The pair as the world knows it: by its services, whatever the file calls them. */
  readonly of: string;
  readonly name: string;
  /** The file says green where the service is called blue, and blue where it is called green. */
  readonly exchanged?: boolean;
  readonly approval?: ApprovalRule;
}

/** The pairs of a pairs file. */
export type PairsFile = readonly PlannedPair[];

/** One schedule of a simulated pairs file: at these minutes of the world's first hour, and never again. */
export interface PlannedSchedule {
  readonly name: string;
  readonly minutes: readonly number[];
  readonly promote: Side | "staging";
  /** Absent: as the world's schedules have it. */
  readonly expiresAfterMs?: number;
}

/** The schedules of a pairs file, by pair. */
export type ScheduleFile = Readonly<Record<string, readonly PlannedSchedule[]>>;

/** What a world's schedules are like at its start. */
export interface PlannedSchedules {
  readonly expiresAfterMs: number;
  readonly file: ScheduleFile;
}

/** When swaps of a simulated world may start; times are ms after its start. */
export interface PlannedWindow {
  /** Opens every so many minutes of the hour (a divisor of 60), for so long. */
  readonly allow?: { readonly everyMinutes: number; readonly forMs: number };
  readonly freeze?: { readonly from: number; readonly to: number };
  /** A calendar with one freeze, which cannot be read before `readableAfter`. */
  readonly feed?: { readonly from: number; readonly to: number; readonly readableAfter: number };
}

/** One thing that happens to a simulated world at `at` (virtual ms after its start). Plain data: shrinkable, printable. */
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
      /** No swap before that much time after it was asked. */
      readonly notBeforeIn?: number;
      readonly irreversible?: boolean;
      /** Names a version that is to take production: the one that is there when it is asked, or one that is not. */
      readonly expect?: "right" | "wrong";
      /** Over HTTP, past gate and deployment window: asked for by an operator, or by somebody who may not. */
      readonly breakGlass?: "operator" | "requester" | "application";
      readonly otherContent: boolean;
      /** Over HTTP, asked once: whatever the answer, and without one, it is not asked again. */
      readonly givesUp?: boolean;
    }
  | { readonly at: number; readonly kind: "malformed"; readonly body: string }
  | { readonly at: number; readonly kind: "cancel"; readonly request: string }
  /** As the simulated Resource Manager takes it. */
  | { readonly at: number; readonly kind: "service-fault"; readonly serviceFault: object }
  | { readonly at: number; readonly kind: "arm-fault"; readonly fault: object }
  | { readonly at: number; readonly kind: "kill"; readonly downMs: number }
  /** A host stops in order. */
  | { readonly at: number; readonly kind: "stop"; readonly downMs: number }
  | { readonly at: number; readonly kind: "freeze"; readonly forMs: number }
  | { readonly at: number; readonly kind: "broker-outage"; readonly forMs: number }
  | { readonly at: number; readonly kind: "terminate"; readonly request: string }
  /** `all`: not by its id it is released, but with all that stands there. */
  | {
      readonly at: number;
      readonly kind: "hold";
      readonly pair: string;
      readonly forMs: number;
      readonly all?: boolean;
    }
  /** Somebody sets the wall clock of a host, and after a while right again. */
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
  /** Somebody votes on a promotion: `stale` on a plan that is none. */
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
  /** Somebody edits the schedules of a pair, and the hosts are replaced one by one. */
  | {
      readonly at: number;
      readonly kind: "edit";
      readonly pair: string;
      readonly to: readonly PlannedSchedule[];
    }
  /** Somebody edits the pairs themselves, their names, sides and approvals, and the hosts are replaced one by one. */
  | { readonly at: number; readonly kind: "edit-pairs"; readonly to: PairsFile }
  /** Somebody takes the id of a promotion that a schedule starts, or one of its shape. */
  | {
      readonly at: number;
      readonly kind: "squat";
      readonly id: string;
      readonly pair: string;
      readonly promote: Side;
      readonly channel: "queue" | "http";
    }
  /** An operator cancels all that a pair has under way. */
  | { readonly at: number; readonly kind: "cancel-all"; readonly pair: string }
  /** A person orders the swap-back of a promotion. */
  | { readonly at: number; readonly kind: "rollback"; readonly request: string };

/** How often things go wrong by chance, each per occasion. All zero: a calm world. */
export interface Chances {
  /** A host dies at a commit step or around an external effect. */
  readonly crash: number;
  readonly mostCrashes: number;
  /** A durable client's call fails, before or after it took effect. */
  readonly client: number;
  readonly activityTwice: number;
  /** An attempt is executed a second time, be it at once or minutes later. */
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
  /** An attempt begins minutes after it was decided on. */
  readonly attemptLate: number;
  /** A host stands still around a step of an attempt, before its grant or after it. */
  readonly attemptFrozen: number;
  /** Of these, whether wall clocks are set back meanwhile; 0: never. */
  readonly clockSet: number;
  /** Clients read an entity for a while as it was before a commit. */
  readonly staleRead: number;
}

/** What no protocol can rule out, and at which PUT of the world, counted from 0, it strikes. */
export type Risk =
  | { readonly kind: "frozen before the write"; readonly put: number; readonly forMs: number }
  | { readonly kind: "swapped by hand before the write"; readonly put: number }
  | { readonly kind: "undone by hand before it was seen"; readonly put: number };

/** As the simulated Resource Manager takes it. */
export interface WirePlan {
  readonly operationUrls: object;
  readonly errors: "nested" | "top-level";
  readonly throttling: object;
  /** Roles of the app; absent: all it needs. */
  readonly permissions?: readonly object[];
}

export interface WorldPlan {
  readonly seed: number;
  readonly pairs: readonly string[];
  /** Hosts that run durable functions. */
  readonly hosts: number;
  /** Absent: as host.json has it, on hosts that run everything and come back as themselves. */
  readonly sharing?: Sharing;
  readonly stableForMs: number;
  readonly readinessDeadlineMs: number;
  readonly operationSeconds: number;
  /** When an operation counts as endless, and how often it is looked at; absent: the defaults. */
  readonly swapTimes?: { readonly operationDeadlineMs: number; readonly pollMs: number };
  readonly repeatedPut: "no-op" | "error" | "toggle";
  readonly skewMs: number;
  readonly chances: Chances;
  /** When chance stops doing harm, so that the world can come to rest. */
  readonly calmAfterMs: number;
  /** How often the reconciler comes: every minute where its timer is never late. */
  readonly reconcilerEveryMs?: number;
  /** People let halted pairs go on without looking whether an operation still runs there. */
  readonly hasty?: boolean;
  /** When all is at rest, every pair is asked for once more. */
  readonly asksAtTheEnd?: boolean;
  readonly userActions: readonly UserAction[];
  /** How new production is watched; absent: not at all. */
  readonly soak?: {
    readonly forMs: number;
    readonly probed: boolean;
    readonly asksStaging: boolean;
    readonly rollback: "automatic" | "never";
  };
  /** Who must approve; absent: nobody. */
  readonly approval?: {
    readonly quorum: number;
    readonly deadlineMs: number;
    readonly validForMs: number;
  };
  /** When swaps may start; absent: always. */
  readonly window?: PlannedWindow;
  /** What is started by the clock; absent: nothing. */
  readonly schedules?: PlannedSchedules;
  /** How Resource Manager's replies look, apart from what they say; absent: as recorded. */
  readonly wire?: WirePlan;
  /** Absent in every ordinary world. */
  readonly risk?: Risk;
  /** Crash points by number (sweeps); absent: by chance. */
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
