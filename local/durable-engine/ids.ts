import { randomBytes, randomUUID } from "node:crypto";

/** Where new execution ids, instance ids and request ids come from. */
export interface Ids {
  uuid(): string;
  /** 32 hexadecimal digits. */
  hex(): string;
}

/** Ids from the system's randomness, or from a source of numbers in [0, 1) that makes them repeatable. */
export function createIds(random: (() => number) | undefined): Ids {
  if (!random) return { uuid: randomUUID, hex: () => randomBytes(16).toString("hex") };
  const hex = () => {
    let text = "";
    while (text.length < 32)
      text += Math.floor(random() * 65_536)
        .toString(16)
        .padStart(4, "0");
    return text;
  };
  const uuid = () => {
    const h = hex();
    return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-8${h.slice(17, 20)}-${h.slice(20)}`;
  };
  return { uuid, hex };
}
