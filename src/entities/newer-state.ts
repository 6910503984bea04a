import type { EntityContext } from "durable-functions";
import { isNewer } from "../domain/kernel/state-version";

type Entity<T> = (context: EntityContext<T>) => void;

/**
 * The entity, which leaves state of a newer version as it is: what this version does not know of would be lost. The
 * operation fails, since nothing can be put off here: a run that called it fails as well, and is started again by the
 * reconciler; whoever sent a signal reads back that nothing has changed. `describe` hears of each, for some signals nobody
 * reads back.
 */
export function refusingNewer<T>(
  entity: Entity<T>,
  describe: (context: EntityContext<T>) => void,
): Entity<T> {
  return (context) => {
    if (isNewer(context.df.getState())) {
      describe(context);
      throw new Error("the state of this entity was written by a newer version of this app");
    }
    entity(context);
  };
}
