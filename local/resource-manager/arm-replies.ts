import type { FaultAnswer } from "./faults";
import type { Operation } from "./state";

export interface ArmReply {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
}

export function operationOutcome(
  fault: FaultAnswer | undefined,
  notRunning: boolean,
): Pick<Operation, "outcome" | "error"> {
  if (fault?.kind === "operation-canceled") return { outcome: "Canceled" };
  if (fault?.kind === "operation-fails")
    return { outcome: "Failed", error: { code: fault.code, message: "The operation failed." } };
  const code = "VipSwapNotAllowedAsRollingUpgradeIsInProgress";
  return notRunning
    ? { outcome: "Failed", error: { code, message: "Not every role instance is running." } }
    : { outcome: "Succeeded" };
}

export function slotTypeOf(body: string): "Production" | "Staging" | undefined {
  try {
    const { properties } = JSON.parse(body) as { properties?: { slotType?: string } };
    const slot = properties?.slotType;
    return slot === "Production" || slot === "Staging" ? slot : undefined;
  } catch {
    return undefined;
  }
}

export function ok(body: unknown): ArmReply {
  return { status: 200, headers: {}, body };
}

export function error(
  status: number,
  code: string,
  message: string,
  headers: Record<string, string> = {},
): ArmReply {
  return { status, headers, body: { error: { code, message } } };
}

export function statusReply(fault: Extract<FaultAnswer, { kind: "status" }>): ArmReply {
  const headers: Record<string, string> =
    fault.retryAfter === undefined ? {} : { "retry-after": String(fault.retryAfter) };
  return error(fault.status, fault.code, fault.message, headers);
}
