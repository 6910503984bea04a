import { BlockList, isIP } from "node:net";

/** How an address is reached. `forbidden` is never called: cloud metadata, and networks that lead to any other. */
export type AddressKind = "public" | "loopback" | "private" | "forbidden";

// Link-local (RFC 3927, RFC 4291), Azure's wire server, and other metadata addresses; NAT64 (RFC 6052, RFC 8215)
// and 6to4 (RFC 3056) as a whole, because their targets cannot be checked.
const forbidden = listOf(
  ...["169.254.0.0/16", "fe80::/10", "168.63.129.16/32", "100.100.100.200/32", "fd00:ec2::/32"],
  ...["64:ff9b::/96", "64:ff9b:1::/48", "2002::/16"],
);

// Most systems connect the unspecified addresses to this host (RFC 1122 §3.2.1.3, RFC 4291 §2.5.2).
const loopback = listOf("127.0.0.0/8", "0.0.0.0/8", "::/127");

// IANA special-purpose registries: everything that is not globally reachable.
const special = listOf(
  ...["10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24"],
  ...["192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3"],
  ...["100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "fc00::/7", "fec0::/10", "ff00::/8"],
);

/** Prefixes before an IPv4 address: mapped, compatible, translated (RFC 2765 §2.1). */
const carriers = listOf("::ffff:0:0/96", "::/96", "::ffff:0:0:0/96");

const kinds = [
  ["forbidden", forbidden],
  ["loopback", loopback],
  ["private", special],
] as const;

/**
 * Classifies an IP address. IPv4 inside IPv6 counts as the IPv4 address; anything that is not an address is
 * private.
 */
export function kindOfAddress(text: string): AddressKind {
  // A zone (fe80::1%eth0) names the interface, not the address.
  const address = text.replace(/%[^%]*$/, "");
  const family = isIP(address);
  if (isIP(text) === 0 || family === 0) return "private";
  if (family === 4) return kindIn(address, "ipv4");
  const own = kindIn(address, "ipv6");
  return own === "public" ? carriedKind(address) : own;
}

/** Whether a name stands for this machine: localhost, and every name below it (RFC 6761 §6.3). */
export function isLoopbackName(host: string): boolean {
  return /^(?:.+\.)?localhost\.?$/i.test(host);
}

/** Whether a host, as a URL writes it, is this machine, by name or by address. */
export function isLoopback(hostname: string): boolean {
  return isLoopbackName(hostname) || kindOfAddress(hostname.replace(/^\[|\]$/g, "")) === "loopback";
}

function kindIn(address: string, family: "ipv4" | "ipv6"): AddressKind {
  return kinds.find(([, list]) => list.check(address, family))?.[0] ?? "public";
}

/** The kind of the IPv4 address embedded in an IPv6 address, if any. */
function carriedKind(address: string): AddressKind {
  const groups = groupsOf(address);
  if (!carriers.check(address, "ipv6") && !isOfATunnel(groups)) return "public";
  const bytes = groups.slice(6).flatMap((group) => [group >> 8, group & 0xff]);
  return kindIn(bytes.join("."), "ipv4");
}

/** ISATAP: under any prefix the interface's half is 0000:5efe or 0200:5efe before the IPv4 address (RFC 5214 §6.1). */
function isOfATunnel([, , , , flags, id]: readonly number[]): boolean {
  return (flags === 0 || flags === 0x200) && id === 0x5efe;
}

/** The eight groups of an IPv6 address. */
function groupsOf(address: string): readonly number[] {
  const [head = "", tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
  const [before, after] = [head, tail ?? ""].map((part) => (part === "" ? [] : part.split(":")));
  const [first = [], last = []] = [before, after];
  const zeros = Array.from({ length: 8 - first.length - last.length }, () => "0");
  return [...first, ...zeros, ...last].map((group) => Number.parseInt(group, 16));
}

function listOf(...subnets: readonly string[]): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [net = "", prefix] = subnet.split("/");
    list.addSubnet(net, Number(prefix), net.includes(":") ? "ipv6" : "ipv4");
  }
  return list;
}
