import { otherSide, type Side } from "../../../src/domain/kernel/swap-request";
import type { DeploymentWindowRule } from "../../../src/domain/policy/policy";
import type { Policies } from "../../../src/ports/policies";
import type { PairsFile, PlannedPair, WorldPlan } from "./world-plan";

/** What a host has read as it started: the file by its number, and the product's own form of it. */
export interface PairsOfHost {
  readonly file: number;
  readonly policies: Policies;
  readonly windowRules: ReadonlyMap<string, DeploymentWindowRule>;
}

/** The pairs files of a world, one after another: each edit makes a new one. */
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

/** A side as the file calls it, or what the file calls so. */
export function calledBy<S extends Side | "staging">({ exchanged }: PlannedPair, side: S): S | Side {
  return exchanged && side !== "staging" ? otherSide(side) : side;
}
