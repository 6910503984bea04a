import type { IndexEntry } from "../domain/pair/index-page";
import { requestId } from "./fields";

/** An opaque paging token that names the last entry read. Entries added later do not move it. */
export function listToken({ requestId, at }: IndexEntry): string {
  return Buffer.from(`${at} ${requestId}`).toString("base64url");
}

/** The entry that a token names; undefined for a token that this app did not make. */
export function parseListToken(token: string): IndexEntry | undefined {
  const [, at, id] = /^(\d{1,16}) (.*)$/.exec(Buffer.from(token, "base64url").toString("utf8")) ?? [];
  if (at === undefined || id === undefined || !requestId.safeParse(id).success) return undefined;
  const entry = { requestId: id, at: Number(at) };
  return listToken(entry) === token ? entry : undefined;
}
