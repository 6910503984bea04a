import type { EntityContext } from "durable-functions";
import { applyToRoster, type Roster, type RosterChange } from "../domain/pair/roster";

/** The pairs that have stored promotions, under the one key `pairs`. Operation `note` takes a `RosterChange`. Never purged. */
export function rosterEntity(context: EntityContext<Roster>): void {
  const change = context.df.getInput<RosterChange>();
  if (context.df.operationName !== "note" || !change) return;
  context.df.setState(applyToRoster(context.df.getState(), change));
}
