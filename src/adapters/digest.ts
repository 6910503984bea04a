import { createHash, randomBytes } from "node:crypto";

/** SHA-256 of UTF-8 text, 64 hex digits. */
export function digest(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}

/** A fresh random id, 32 hex digits. */
export function nonce(): string {
  return randomBytes(16).toString("hex");
}
