import type { IndexEntry } from "../domain/pair/index-page";
import { requestId } from "./fields";

/** The paging token of a list: opaque, names the last entry that was looked at, and no entry that comes later moves it. */
export function listToken({ requestId, at }: IndexEntry): string {
  return Buffer.from(`${at} ${requestId}`).toString("base64url");
}

/** What a token names; undefined when it is none that this app has made. */
export function parseListToken(token: string): IndexEntry | undefined {
  const [, at, id] = /^(\d{1,16}) (.*)$/.exec(Buffer.from(token, "base64url").toString("utf8")) ?? [];
  if (at === undefined || id === undefined || !requestId.safeParse(id).success) return undefined;
  const entry = { requestId: id, at: Number(at) };
  return listToken(entry) === token ? entry : undefined;
}
