import type { LogLine } from "../domain/kernel/log-lines";
import type { Code } from "../domain/kernel/reason-codes";
import type { AlertCode } from "../domain/promotion/events";

/**
 * Structured log lines; never secrets, tokens, SAS strings, service configuration or operation URLs. Which message has
 * which level stands in one table, `domain/kernel/log-lines.ts`.
 */
export interface Log {
  info(message: LogLine<"info">, fields?: LogFields): void;
  warn(message: LogLine<"warn">, fields?: LogFields): void;
  /** For bugs: the fault's stack is told too. */
  error(message: LogLine<"error">, fields?: LogFields): void;
  alert(code: AlertCode, message: string, fields?: LogFields): void;
}

export interface LogFields {
  readonly requestId?: string;
  readonly pair?: string;
  readonly code?: Code;
  readonly detail?: string;
  /** What was caught, as it was caught: the log tells it and its causes, masked. */
  readonly fault?: unknown;
}
