import type { EntityContext } from "durable-functions";
import { isNewer } from "../domain/kernel/state-version";

type Entity<T> = (context: EntityContext<T>) => void;

/**
 * Wraps an entity so that state of a newer version stays unchanged: this version would lose the fields it does not know.
 * The operation fails. A run that called it fails too, and the reconciler starts it again; a sender of a signal sees no
 * change when it reads back. `report` is called each time, since some senders do not read back.
 */
export function refusingNewer<T>(entity: Entity<T>, report: (context: EntityContext<T>) => void): Entity<T> {
  return (context) => {
    if (isNewer(context.df.getState())) {
      report(context);
      throw new Error("the state of this entity was written by a newer version of this app");
    }
    entity(context);
  };
}
