import { randomBytes, randomUUID } from "node:crypto";

/** The source of new execution ids, instance ids and request ids. */
export interface Ids {
  uuid(): string;
  /** 32 hexadecimal digits. */
  hex(): string;
}

/** Creates ids from system randomness, or from numbers in [0, 1) that make them repeatable. */
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
