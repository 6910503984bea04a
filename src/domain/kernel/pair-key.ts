import { otherSide, type Side } from "./swap-request";

declare const ofPair: unique symbol;

/**
 * What a pair's durable state is kept under: made of the ids of its two services, 32 hex digits. Its name is a label for
 * people, under which nothing is kept: the type tells the two apart.
 */
export type PairKey = string & { readonly [ofPair]: true };

/** The full ARM ids of the two services. */
interface Services {
  readonly blue: string;
  readonly green: string;
}

/** A pair as a promotion was accepted for it: which one, and which of its services was blue. */
export interface PairIdentity {
  readonly key: PairKey;
  /** Whether blue was the service whose id comes first in their order. */
  readonly blueFirst: boolean;
}

/** The key of two services, whichever of them is blue and however their ids are written; `hash` is of a value's JSON. */
export function pairKeyOf({ blue, green }: Services, hash: (value: unknown) => string): PairKey {
  return hash([folded(blue), folded(green)].sort()).slice(0, 32) as PairKey;
}

/** What a promotion keeps of its pair. */
export function pairIdentity(policy: Services & { readonly key: PairKey }): PairIdentity {
  return { key: policy.key, blueFirst: isBlueFirst(policy) };
}

/** The present policy of a pair with its sides as they were when a promotion was accepted. */
export function asAccepted<Policy extends Services>(policy: Policy, { blueFirst }: PairIdentity): Policy {
  if (isBlueFirst(policy) === blueFirst) return policy;
  return { ...policy, blue: policy.green, green: policy.blue };
}

/** What the file calls a side now that had this name when a promotion was accepted. */
export function sideNow(side: Side, policy: Services, { blueFirst }: PairIdentity): Side {
  return isBlueFirst(policy) === blueFirst ? side : otherSide(side);
}

/** Of a pair that a promotion was accepted for under this name. */
export function describeRemoved(name: string): string {
  return `the services of the pair "${name}" are not in this installation's pairs file any more`;
}

function isBlueFirst({ blue, green }: Services): boolean {
  return folded(blue) < folded(green);
}

/** Resource Manager compares ids without regard to case. */
function folded(id: string): string {
  return id.toLowerCase();
}
