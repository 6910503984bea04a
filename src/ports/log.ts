import type { LogLine } from "../domain/kernel/log-lines";
import type { Code } from "../domain/kernel/reason-codes";
import type { AlertCode } from "../domain/promotion/events";

/**
 * Structured log lines, without secrets, tokens, SAS strings, service configuration or operation URLs. The messages and
 * their levels are in `domain/kernel/log-lines.ts`.
 */
export interface Log {
  info(message: LogLine<"info">, fields?: LogFields): void;
  warn(message: LogLine<"warn">, fields?: LogFields): void;
  /** For bugs: logs the fault's stack too. */
  error(message: LogLine<"error">, fields?: LogFields): void;
  alert(code: AlertCode, message: string, fields?: LogFields): void;
}

export interface LogFields {
  readonly requestId?: string;
  readonly pair?: string;
  readonly code?: Code;
  readonly detail?: string;
  /** The caught value. The log describes it and its causes, masked. */
  readonly fault?: unknown;
}
