import { maskCredentials } from "../contracts/issues";
import { escapeUnfit } from "../domain/kernel/untrusted-text";
import type { Log, LogFields } from "../ports/log";
import { describeFaults } from "./fault-chain";

type Level = "info" | "warn" | "error";

/** A log with one line per entry: the message, then its fields as JSON. Escapes control characters. */
export function createLog(write: (level: Level, line: string) => void): Log {
  const line = (message: string, { fault, ...fields }: LogFields = {}, more: object = {}) => {
    const all = { ...fields, fault: fault === undefined ? undefined : describeFaults(fault), ...more };
    const entries = Object.entries(all).filter(([, value]) => value !== undefined);
    const json = entries.length > 0 ? ` ${JSON.stringify(Object.fromEntries(entries))}` : "";
    return escapeUnfit(maskSecrets(`${message}${json}`));
  };
  return {
    info: (message, fields) => {
      write("info", line(message, fields));
    },
    warn: (message, fields) => {
      write("warn", line(message, fields));
    },
    error: (message, fields) => {
      write("error", line(message, fields, { stack: stackOf(fields?.fault) }));
    },
    alert: (code, message, fields) => {
      write("error", line(`[alert ${code}] ${message}`, fields));
    },
  };
}

/** Masks anything that looks like a credential, and every query of a URL: Azure signs the URLs of its operations. */
function maskSecrets(text: string): string {
  return maskCredentials(text).replace(/(\b[a-z][a-z0-9+.-]*:\/\/[^\s?"'\\]*\?)[^\s"'\\]+/gi, "$1***");
}

const STACK_BUDGET = 2_000;

/** The frames only: the message is logged already. */
function stackOf(fault: unknown): string | undefined {
  const { stack } = (fault ?? {}) as { stack?: unknown };
  if (typeof stack !== "string") return undefined;
  const frames = stack.split("\n").filter((frame) => /^\s+at /.test(frame));
  return frames
    .map((frame) => frame.trim())
    .join(" ")
    .slice(0, STACK_BUDGET);
}
