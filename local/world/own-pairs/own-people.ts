import type { OwnApproval, OwnFile } from "./own-file";

/** A person who gets a token in addition to the people of every world. */
interface OwnPerson {
  /** The name of the token. */
  readonly key: string;
  /** Object id in the token. */
  readonly oid: string;
  readonly name: string;
}

/** The people whose votes give the approvals of a pairs file. */
export interface OwnPeople {
  readonly people: readonly OwnPerson[];
  /** App roles that the file requires of approvers; every approver gets them. */
  readonly roles: readonly string[];
}

/** How many approvers every world has. */
const USUAL_APPROVERS = 2;

/**
 * People whose approvals are enough for every pair: those that the file names, and as many others as a quorum needs.
 */
export function ownPeople({ defaults, pairs }: OwnFile): OwnPeople {
  const rules = Object.values(pairs).flatMap(({ approval }): OwnApproval[] =>
    approval || defaults?.approval ? [{ ...defaults?.approval, ...approval }] : [],
  );
  const named = new Set(rules.flatMap(({ people = [] }) => people.map((oid) => oid.toLowerCase())));
  const most = Math.max(0, ...rules.map(othersNeeded));
  const others = Array.from(
    { length: Math.max(0, most - USUAL_APPROVERS) },
    (_, i) => i + USUAL_APPROVERS + 1,
  );
  return {
    people: [
      ...[...named].map((oid) => ({ key: oid, oid, name: `Approver ${oid.slice(0, 8)}` })),
      ...others.map((n) => ({
        ...{ key: `approver${n}`, oid: `77777777-7777-4777-8777-77777777777${n}`, name: `Approver No. ${n}` },
      })),
    ],
    roles: [...new Set(rules.flatMap(({ roles = [] }) => roles))],
  };
}

/** How many approvers a rule needs in addition to the people that it names. */
function othersNeeded({ quorum = 1, people, roles }: OwnApproval): number {
  if (people && !roles) return 0;
  return quorum - (people?.length ?? 0);
}
