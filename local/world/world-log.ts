import { createWriteStream, type WriteStream } from "node:fs";

export interface WorldLog {
  line(source: string, level: string, message: string): void;
  close(): Promise<void>;
}

/**
 * Writes every line to a file, and lines for a person to `watch`. On a full disk lines are lost, and nothing else:
 * the file is opened again for the next one.
 */
export function createWorldLog(file: string, watch?: (line: string) => void): WorldLog {
  let stream: WriteStream | undefined;
  const open = () => {
    const opened = createWriteStream(file, { flags: "a", mode: 0o600 });
    opened.on("error", () => {
      if (stream === opened) stream = undefined;
    });
    return opened;
  };
  return {
    line(source, level, message) {
      const at = new Date().toISOString();
      (stream ??= open()).write(`${at} ${level} ${source}: ${message}\n`);
      if (level !== "debug" && level !== "trace") watch?.(`${at.slice(11, 19)} ${source}: ${message}`);
    },
    close: () =>
      new Promise((resolve) => {
        if (!stream) resolve();
        else
          stream.end(() => {
            resolve();
          });
      }),
  };
}
