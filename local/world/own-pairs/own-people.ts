import type { OwnApproval, OwnFile } from "./own-file";

/** Somebody whose token is printed besides those of the people of every world. */
interface OwnPerson {
  /** The name of the token. */
  readonly key: string;
  /** Object id in the token. */
  readonly oid: string;
  readonly name: string;
}

/** Who has to vote for the approvals of a pairs file to be given. */
export interface OwnPeople {
  readonly people: readonly OwnPerson[];
  /** App roles that the file asks of approvers; every approver has them. */
  readonly roles: readonly string[];
}

/** How many approvers every world has. */
const USUAL_APPROVERS = 2;

/** People whose approvals are enough for every pair of the file: those it names, and as many others as a quorum needs. */
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

/** How many approvers a rule needs besides the people it names. */
function othersNeeded({ quorum = 1, people, roles }: OwnApproval): number {
  if (people && !roles) return 0;
  return quorum - (people?.length ?? 0);
}
