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
  const { status, code = "InjectedFault", message = "injected", retryAfter, errorShape } = fault;
  const headers: Record<string, string> =
    retryAfter === undefined ? {} : { "retry-after": String(retryAfter) };
  return shaped(error(status, code, message, headers), errorShape);
}

/** Where an error has its code and message: in `error`, or at the top as in Microsoft.Web. */
export type ErrorShape = "nested" | "top-level";

/** The same reply; an error takes the given shape. */
export function shaped(reply: ArmReply, shape: ErrorShape | undefined): ArmReply {
  const { error: described, ...rest } = (reply.body ?? {}) as { error?: { code: string; message: string } };
  if (shape !== "top-level" || described === undefined) return reply;
  const { code, message } = described;
  const entity = {
    ExtendedCode: "0",
    MessageTemplate: message,
    Parameters: [],
    Code: code,
    Message: message,
  };
  const details = [{ Message: message }, { Code: code }, { ErrorEntity: entity }];
  const top = { Code: code, Message: message, Target: null, Details: details, Innererror: null };
  return { ...reply, body: { ...rest, ...top } };
}
