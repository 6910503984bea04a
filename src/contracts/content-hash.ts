import { createHash } from "node:crypto";
import { canonicalJson } from "../domain/kernel/canonical-json";

/** SHA-256 of the canonical JSON of a value, 64 hex digits. */
export function contentHashOf(value: unknown): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex");
}
