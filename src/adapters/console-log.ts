import type { Log, LogFields } from "../ports/log";

type Level = "info" | "warn" | "error";

/** A log that writes one line per entry: the message, then its fields as JSON. Control characters are escaped. */
export function createLog(write: (level: Level, line: string) => void): Log {
  const line = (message: string, fields: object = {}) => {
    const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
    const told = entries.length > 0 ? ` ${JSON.stringify(Object.fromEntries(entries))}` : "";
    return escapeControls(maskSecrets(`${message}${told}`));
  };
  return {
    info: (message: string, fields?: LogFields) => {
      write("info", line(message, fields));
    },
    warn: (message, fields) => {
      write("warn", line(message, fields));
    },
    alert: (code, message, fields) => {
      write("error", line(`[alert ${code}] ${message}`, fields));
    },
  };
}

const secrets: readonly [RegExp, string][] = [
  [/(SharedAccessKey|AccountKey|SharedAccessSignature)=[^;\s"]+/gi, "$1=***"],
  [/\bBearer\s+[\w.~+/-]+=*/gi, "Bearer ***"],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, "***"],
  [/([?&](?:sig|code|t|c|s|h)=)[^&\s"]+/gi, "$1***"],
];

/** Last line of defence: nothing that looks like a credential is written. */
export function maskSecrets(text: string): string {
  return secrets.reduce((masked, [pattern, replacement]) => masked.replace(pattern, replacement), text);
}

function escapeControls(text: string): string {
  return text.replace(/\p{Cc}/gu, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
