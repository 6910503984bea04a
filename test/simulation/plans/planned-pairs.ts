import { otherSide, type Side } from "../../../src/domain/kernel/swap-request";
import type { DeploymentWindowRule } from "../../../src/domain/policy/policy";
import type { Policies } from "../../../src/ports/policies";
import type { PairsFile, PlannedPair, WorldPlan } from "./world-plan";

/** The pairs file of a host since its start: its number, and the product's form of it. */
export interface PairsOfHost {
  readonly file: number;
  readonly policies: Policies;
  readonly windowRules: ReadonlyMap<string, DeploymentWindowRule>;
}

/** The pairs files of a world in order: each edit adds one. */
export function pairsFilesOf({
  pairs,
  approval,
  userActions,
}: Pick<WorldPlan, "pairs" | "approval" | "userActions">): readonly PairsFile[] {
  const first = pairs.map((name): PlannedPair => ({ of: name, name, approval }));
  return [
    first,
    ...userActions.flatMap((userAction) => (userAction.kind === "edit-pairs" ? [userAction.to] : [])),
  ];
}

/** The file's name of a side; or the side for a name in the file. */
export function calledBy<S extends Side | "staging">({ exchanged }: PlannedPair, side: S): S | Side {
  return exchanged && side !== "staging" ? otherSide(side) : side;
}
