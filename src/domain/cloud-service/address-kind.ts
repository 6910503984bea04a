/** How an address is reached; `metadata` is where clouds hand out credentials, and never asked. */
export type AddressKind = "public" | "loopback" | "private" | "metadata";

type Subnet = readonly [address: string, prefix: number];

// Link-local (RFC 3927, RFC 4291), Azure's wire server, and the metadata addresses that stand elsewhere.
const metadata: readonly Subnet[] = [
  ["169.254.0.0", 16],
  ["fe80::", 10],
  ["168.63.129.16", 32],
  ["100.100.100.200", 32],
  ["fd00:ec2::", 32],
];

// The unspecified addresses (RFC 1122 §3.2.1.3, RFC 4291 §2.5.2) are connected to as this host by most systems. Those of
// IPv6, and its loopback, carry 0.0.0.0 and 0.0.0.1.
const loopback: readonly Subnet[] = [
  ["127.0.0.0", 8],
  ["0.0.0.0", 8],
];

// IANA special-purpose registries: everything that is not globally reachable.
const special: readonly Subnet[] = [
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
  ["64:ff9b:1::", 48],
  ["100::", 64],
  ["2001::", 23],
  ["2001:db8::", 32],
  ["3fff::", 20],
  ["fc00::", 7],
  ["fec0::", 10],
  ["ff00::", 8],
];

/**
 * Prefixes whose addresses lead to the IPv4 address that stands after them: mapped, translated (RFC 2765 §2.1),
 * compatible, NAT64, 6to4.
 */
const carriers: readonly Subnet[] = [
  ["::ffff:0:0", 96],
  ["::ffff:0:0:0", 96],
  ["::", 96],
  ["64:ff9b::", 96],
  ["2002::", 16],
];

interface Address {
  readonly value: bigint;
  readonly bits: 32 | 128;
}

const kinds = [
  ["metadata", metadata],
  ["loopback", loopback],
  ["private", special],
] as const;

/** Judges an IP address as text. IPv4 inside IPv6 counts as the IPv4 address; what is no address is private. */
export function kindOfAddress(text: string): AddressKind {
  const address = parsed(text);
  return address ? kindOf(address) : "private";
}

function kindOf(address: Address): AddressKind {
  const own = kinds.find(([, subnets]) => subnets.some((subnet) => isWithin(address, subnet)))?.[0];
  if (own) return own;
  const carried = carriers
    .filter((subnet) => isWithin(address, subnet))
    .map(([, prefix]) => carriedBy(address, 128 - prefix - 32));
  const all = isOfATunnel(address) ? [...carried, carriedBy(address, 0)] : carried;
  return all.map(kindOf).find((kind) => kind !== "public") ?? "public";
}

function carriedBy({ value }: Address, shift: number): Address {
  return { value: (value >> BigInt(shift)) & 0xffff_ffffn, bits: 32 };
}

/** ISATAP: under any prefix the interface's half is 0000:5efe or 0200:5efe before the IPv4 address (RFC 5214 §6.1). */
function isOfATunnel({ value, bits }: Address): boolean {
  return bits === 128 && [0x0000_5efen, 0x0200_5efen].includes((value >> 32n) & 0xffff_ffffn);
}

function isWithin({ value, bits }: Address, [text, prefix]: Subnet): boolean {
  const subnet = parsed(text);
  if (subnet?.bits !== bits) return false;
  const rest = BigInt(bits - prefix);
  return value >> rest === subnet.value >> rest;
}

function parsed(text: string): Address | undefined {
  const value = text.includes(":") ? ofSixteenBits(text) : ofBytes(text);
  return value === undefined ? undefined : { value, bits: text.includes(":") ? 128 : 32 };
}

function ofBytes(text: string): bigint | undefined {
  const parts = text.split(".");
  const isWhole =
    parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256);
  return isWhole ? parts.reduce((value, part) => (value << 8n) | BigInt(part), 0n) : undefined;
}

function ofSixteenBits(text: string): bigint | undefined {
  // A zone (fe80::1%eth0) says by which interface, and nothing of the address.
  const groups = expanded(inHex(text.replace(/%[^%]*$/, "")).split("::"));
  return groups?.every((group) => /^[0-9a-f]{1,4}$/i.test(group))
    ? groups.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n)
    : undefined;
}

/** The same without dots: an IPv4 address at its end becomes two groups; what is none stays, and is no group. */
function inHex(text: string): string {
  return text.replace(/[^:]*\.[^:]*$/, (dotted) => {
    const value = ofBytes(dotted);
    return value === undefined ? dotted : `${(value >> 16n).toString(16)}:${(value & 0xffffn).toString(16)}`;
  });
}

/** Eight groups: `::` stands once at most, and for one group at least. */
function expanded(halves: readonly string[]): readonly string[] | undefined {
  const [before = [], after, ...more] = halves.map((half) => (half === "" ? [] : half.split(":")));
  if (!after) return before.length === 8 ? before : undefined;
  const missing = 8 - before.length - after.length;
  if (missing < 1 || more.length > 0) return undefined;
  return [...before, ...Array.from({ length: missing }, () => "0"), ...after];
}
