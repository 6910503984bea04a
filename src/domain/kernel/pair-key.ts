import { otherSide, type Side } from "./swap-request";

declare const ofPair: unique symbol;

/** The key of a pair's durable state: 32 hex digits from the ids of its services. The pair's name is only a label. */
export type PairKey = string & { readonly [ofPair]: true };

/** The full ARM ids of the two services. */
interface Services {
  readonly blue: string;
  readonly green: string;
}

/** The pair of a promotion, as it was when the promotion was accepted. */
export interface PairIdentity {
  readonly key: PairKey;
  /** Whether the id of the blue service sorted first. */
  readonly blueFirst: boolean;
}

/** The same key whichever service is blue and whatever the case of the ids. `hash` hashes a value's JSON. */
export function pairKeyOf({ blue, green }: Services, hash: (value: unknown) => string): PairKey {
  return hash([folded(blue), folded(green)].sort()).slice(0, 32) as PairKey;
}

export function pairIdentity(policy: Services & { readonly key: PairKey }): PairIdentity {
  return { key: policy.key, blueFirst: isBlueFirst(policy) };
}

/** The current policy of a pair, with the sides named as when the promotion was accepted. */
export function asAccepted<Policy extends Services>(policy: Policy, { blueFirst }: PairIdentity): Policy {
  if (isBlueFirst(policy) === blueFirst) return policy;
  return { ...policy, blue: policy.green, green: policy.blue };
}

/** The current name of a side that had this name when the promotion was accepted. */
export function sideNow(side: Side, policy: Services, { blueFirst }: PairIdentity): Side {
  return isBlueFirst(policy) === blueFirst ? side : otherSide(side);
}

export function describeRemoved(name: string): string {
  return `the services of the pair "${name}" are no longer in the pairs file of this installation`;
}

function isBlueFirst({ blue, green }: Services): boolean {
  return folded(blue) < folded(green);
}

/** Resource Manager ids are case-insensitive. */
function folded(id: string): string {
  return id.toLowerCase();
}
