import { BlockList, isIP } from "node:net";

/** How an address is reached; `metadata` is where clouds hand out credentials, and never asked. */
export type AddressKind = "public" | "loopback" | "private" | "metadata";

function listOf(...subnets: readonly (readonly [address: string, prefix: number])[]): BlockList {
  const list = new BlockList();
  for (const [address, prefix] of subnets)
    list.addSubnet(address, prefix, address.includes(":") ? "ipv6" : "ipv4");
  return list;
}

// Link-local (RFC 3927, RFC 4291), Azure's wire server, and the metadata addresses that stand elsewhere.
const metadata = listOf(
  ["169.254.0.0", 16],
  ["fe80::", 10],
  ["168.63.129.16", 32],
  ["100.100.100.200", 32],
  ["fd00:ec2::", 32],
);

// The unspecified addresses (RFC 1122 §3.2.1.3, RFC 4291 §2.5.2) are connected to as this host by most systems.
const loopback = listOf(["127.0.0.0", 8], ["0.0.0.0", 8], ["::", 127]);

// IANA special-purpose registries: everything that is not globally reachable, and prefixes that carry IPv4 inside.
const special = listOf(
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
  ["64:ff9b::", 96],
  ["64:ff9b:1::", 48],
  ["100::", 64],
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
  ["fc00::", 7],
  ["fec0::", 10],
  ["ff00::", 8],
);

/** Judges an IP address as text; IPv4 inside IPv6 (::ffff:0:0/96) counts as the IPv4 address. What is no address is private. */
export function kindOfAddress(address: string): AddressKind {
  const family = isIP(address);
  if (family === 0) return "private";
  const type = family === 6 ? "ipv6" : "ipv4";
  if (metadata.check(address, type)) return "metadata";
  if (loopback.check(address, type)) return "loopback";
  return special.check(address, type) ? "private" : "public";
}
