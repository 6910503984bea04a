import { variableOf } from "./env-lines";
import type { OwnFile } from "./own-pairs/own-file";

/** For each pair with approvals: which tokens approve its promotions. */
export function approvalNotes({ defaults, pairs }: OwnFile): string[] {
  return Object.entries(pairs).flatMap(([name, { approval: own }]) => {
    if (!own && !defaults?.approval) return [];
    const { people, quorum = 1 } = { ...defaults?.approval, ...own };
    const tokens = (people ?? ["approver", "secondApprover"]).map((person) => `$${variableOf(person)}`);
    return [
      `${name} asks people: send approval.command of its promotion with TOKEN set to ${tokens.join(", then ")} (quorum ${quorum})`,
    ];
  });
}
