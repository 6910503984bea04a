import type { ArmReply } from "./contract";
import type { FaultAnswer } from "./faults";

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

export function notFound(kind: string, name: string, group: string): ArmReply {
  return error(
    404,
    "ResourceNotFound",
    `The Resource '${kind}/${name}' under resource group '${group}' was not found.`,
  );
}

export function statusReply(fault: Extract<FaultAnswer, { kind: "status" }>): ArmReply {
  const { status, code = "InjectedFault", message = "injected", retryAfter } = fault;
  return error(status, code, message, retryAfter === undefined ? {} : { "retry-after": String(retryAfter) });
}
