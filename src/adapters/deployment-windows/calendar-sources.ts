import { readFile, stat } from "node:fs/promises";
import { isNativeError } from "node:util/types";
import type { Outbound } from "../outbound";
import type { CalendarSources } from "./deployment-windows";

const MOST_BYTES = 2 * 1024 * 1024;
const TIMEOUT_MS = 10_000;

/** Reads calendars of at most 2 MiB from files and over HTTP. */
export function createCalendarSources(outbound: Outbound): CalendarSources {
  return {
    async fetch(address) {
      const reply = await outbound.get(address, { timeoutMs: TIMEOUT_MS, maxBytes: MOST_BYTES });
      if (reply.kind === "error") return reply;
      if (reply.status !== 200) return { kind: "error", detail: `the host answered ${reply.status}` };
      return { kind: "text", text: reply.body };
    },
    async readFile(path) {
      try {
        const { size } = await stat(path);
        if (size > MOST_BYTES) return { kind: "error", detail: `the file has more than ${MOST_BYTES} bytes` };
        return { kind: "text", text: await readFile(path, "utf8") };
      } catch (fault) {
        const code = isNativeError(fault) && "code" in fault ? ` (${String(fault.code)})` : "";
        return { kind: "error", detail: `the file cannot be read${code}` };
      }
    },
  };
}
