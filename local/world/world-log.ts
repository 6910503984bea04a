import { createWriteStream } from "node:fs";

export interface WorldLog {
  line(source: string, level: string, message: string): void;
  close(): Promise<void>;
}

/** Writes every line to a file; what a person should see goes to `watch` as well. */
export function createWorldLog(file: string, watch?: (line: string) => void): WorldLog {
  const stream = createWriteStream(file, { flags: "a", mode: 0o600 });
  return {
    line(source, level, message) {
      const at = new Date().toISOString();
      stream.write(`${at} ${level} ${source}: ${message}\n`);
      if (level !== "debug" && level !== "trace") watch?.(`${at.slice(11, 19)} ${source}: ${message}`);
    },
    close: () =>
      new Promise((resolve) => {
        stream.end(resolve);
      }),
  };
}
