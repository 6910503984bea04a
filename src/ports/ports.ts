import type { Announcer } from "./announcer";
import type { Clock } from "./clock";
import type { CloudServices } from "./cloud-services";
import type { DeploymentWindows } from "./deployment-windows";
import type { Log } from "./log";
import type { Policies } from "./policies";
import type { Prober } from "./prober";
import type { Operations, Pairs, Promotions } from "./promotions";
import type { Schedules } from "./schedules";

/** Everything an activity or trigger may use, bound to one invocation. */
export interface Ports {
  readonly cloudServices: CloudServices;
  readonly announcer: Announcer;
  readonly prober: Prober;
  readonly clock: Clock;
  readonly log: Log;
  readonly policies: Policies;
  readonly deploymentWindows: DeploymentWindows;
  readonly promotions: Promotions;
  readonly pairs: Pairs;
  readonly operations: Operations;
  readonly schedules: Schedules;
  /** SHA-256 of UTF-8 text, 64 hex digits. */
  digest(text: string): string;
  /** A fresh random id, 32 hex digits. */
  nonce(): string;
}
