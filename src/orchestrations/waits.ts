import { gateWait } from "./steps/approval";
import { announcementWait } from "./steps/conclude";
import { planningWait } from "./steps/plan";
import { queueWait } from "./steps/queue";
import { readinessWait } from "./steps/readiness";
import { rollbackWait } from "./steps/rollback";
import { settlementWait } from "./steps/settle";
import { soakWait } from "./steps/soak";
import { verificationWait } from "./steps/verify";
import { windowWait } from "./steps/window";
import type { Kind, Wait } from "./wait-input";

export const waits: { readonly [K in Kind]: Wait<K> } = {
  planning: planningWait,
  gate: gateWait,
  window: windowWait,
  queue: queueWait,
  readiness: readinessWait,
  settlement: settlementWait,
  verification: verificationWait,
  soak: soakWait,
  rollback: rollbackWait,
  announcement: announcementWait,
};
