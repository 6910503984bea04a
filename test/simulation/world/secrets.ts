import { SIGNED } from "../../../local/resource-manager";
import type { Violation } from "../rules/history";
import type { World } from "./world";

/**
 * Finds signatures of operation addresses in the wrong places. They may be on the wire and in the operation's own
 * entity, but in no other state, history, event or log line.
 */
export async function signaturesDescribed({ hub, timeline, lines }: World): Promise<Violation[]> {
  const described: string[] = [];
  const check = (where: string, text: string | null | undefined) => {
    if (text?.includes(SIGNED)) described.push(where);
  };
  for (const line of lines) check("a line of the log", line);
  for (const { id, bytes } of timeline.of("published")) check(`the event ${id}`, bytes);
  for (const [id, { state }] of hub.entities)
    if (!id.startsWith("@operation@")) check(`the state of ${id}`, state);
  for (const id of hub.instances.keys()) check(`the history of ${id}`, JSON.stringify(await hub.history(id)));
  const { n = 0 } = timeline.entries.at(-1) ?? {};
  return described.slice(0, 1).map((where) => ({
    invariant: "secret",
    detail: `${where} holds the signature of an operation's address`,
    entry: n,
  }));
}
