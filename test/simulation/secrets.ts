import { SIGNED } from "../../local/resource-manager";
import type { Violation } from "./history";
import type { World } from "./world";

/**
 * Where the signature of an operation's address was told: it may go over the wire and lie at the operation's own entity,
 * and must be in no other state, no history, no event and no line of a log.
 */
export async function signaturesTold({ hub, timeline, lines }: World): Promise<Violation[]> {
  const told: string[] = [];
  const look = (where: string, text: string | null | undefined) => {
    if (text?.includes(SIGNED)) told.push(where);
  };
  for (const line of lines) look("a line of the log", line);
  for (const { id, bytes } of timeline.of("published")) look(`the event ${id}`, bytes);
  for (const [id, { state }] of hub.entities)
    if (!id.startsWith("@operation@")) look(`the state of ${id}`, state);
  for (const id of hub.instances.keys()) look(`the history of ${id}`, JSON.stringify(await hub.history(id)));
  const { n = 0 } = timeline.entries.at(-1) ?? {};
  return told.slice(0, 1).map((where) => ({
    invariant: "secret",
    detail: `${where} holds the signature of an operation's address`,
    entry: n,
  }));
}
