import fc from "fast-check";
import { BlockList, isIP } from "node:net";
import { kindOfAddress } from "../../../src/contracts/address-kind";
import { runs } from "../../support/runs";

/** What an address leads to, however it is written. */
test.each([
  ["93.184.216.34", "public"],
  ["2606:2800:220:1::1", "public"],
  ["2606:2800:220:1:2:3::1", "public"],
  ["172.32.0.1", "public"],
  ["172.31.255.255", "private"],
  ["100.64.0.1", "private"],
  ["0.0.0.0", "loopback"],
  ["::", "loopback"],
  ["::1", "loopback"],
  ["127.255.0.1", "loopback"],
  ["255.255.255.255", "private"],
  ["fe80::1", "forbidden"],
  ["fe80::1%eth0", "forbidden"],
  ["168.63.129.16", "forbidden"],
  ["fd00:ec2::254", "forbidden"],
  ["fd00::1", "private"],
  ["64:ff9b:1::1", "forbidden"],
] as const)("%s is %s", (address, kind) => {
  expect(kindOfAddress(address)).toBe(kind);
});

test.each([
  ["10.0.0.0/8", "10.0.0.0", "10.255.255.255", "11.0.0.0"],
  ["100.64.0.0/10", "100.64.0.0", "100.127.255.255", "100.128.0.0"],
  ["172.16.0.0/12", "172.16.0.0", "172.31.255.255", "172.32.0.0"],
  ["192.0.0.0/24", "192.0.0.0", "192.0.0.255", "192.0.1.0"],
  ["192.0.2.0/24", "192.0.2.0", "192.0.2.255", "192.0.3.0"],
  ["192.88.99.0/24", "192.88.99.0", "192.88.99.255", "192.88.100.0"],
  ["192.168.0.0/16", "192.168.0.0", "192.168.255.255", "192.169.0.0"],
  ["198.18.0.0/15", "198.18.0.0", "198.19.255.255", "198.20.0.0"],
  ["198.51.100.0/24", "198.51.100.0", "198.51.100.255", "198.51.101.0"],
  ["203.0.113.0/24", "203.0.113.0", "203.0.113.255", "203.0.114.0"],
  ["224.0.0.0/3", "224.0.0.0", "255.255.255.255", "223.255.255.255"],
  ["100::/64", "100::", "100::ffff:ffff:ffff:ffff", "100:0:0:1::"],
  ["2001::/23", "2001::", "2001:1ff:ffff::", "2001:200::"],
  ["2001:db8::/32", "2001:db8::", "2001:db8:ffff::", "2001:db9::"],
  ["3fff::/20", "3fff::", "3fff:fff:ffff::", "3fff:1000::"],
  ["fc00::/7", "fc00::", "fdff:ffff::", "fbff::"],
  ["fec0::/10", "fec0::", "feff::", "fe7f::"],
  ["ff00::/8", "ff00::", "ffff::", "fe00::"],
])(
  "the first and last address of %s are private, and the next one is public",
  (_range, first, last, next) => {
    expect([first, last, next].map(kindOfAddress)).toEqual(["private", "private", "public"]);
  },
);

test.each([
  ["of link-local", "169.254.0.0", "169.254.255.255", "169.255.0.0"],
  ["of link-local in IPv6", "fe80::", "febf:ffff::", "fe7f:ffff::"],
  ["of the wire server", "168.63.129.16", "168.63.129.16", "168.63.129.17"],
  ["of another cloud's metadata", "100.100.100.200", "100.100.100.200", "8.8.8.8"],
  ["of another cloud's metadata in IPv6", "fd00:ec2::", "fd00:ec2:ffff::", "2606::1"],
  ["of NAT64", "64:ff9b::", "64:ff9b::ffff:ffff", "64:ff9b::1:0:0"],
  ["of local NAT64", "64:ff9b:1::", "64:ff9b:1:ffff::", "64:ff9b:2::"],
  ["of 6to4", "2002::", "2002:ffff:ffff::", "2003::"],
])(
  "the first and last address of %s are never called, and the next one may be",
  (_range, first, last, next) => {
    expect([first, last, next].map(kindOfAddress)).toEqual(["forbidden", "forbidden", "public"]);
  },
);

test.each([
  ["mapped", "::ffff:10.0.0.1", "private"],
  ["mapped, in hex", "::ffff:7f00:1", "loopback"],
  ["mapped, public", "::ffff:93.184.216.34", "public"],
  ["compatible", "::10.0.0.1", "private"],
  ["translated", "::ffff:0:10.0.0.1", "private"],
  ["translated, of this machine", "::ffff:0:127.0.0.1", "loopback"],
  ["translated, of the metadata service", "::ffff:0:169.254.169.254", "forbidden"],
  ["translated, of a public address", "::ffff:0:93.184.216.34", "public"],
  ["ISATAP", "2606:2800:220:1:0:5efe:10.0.0.1", "private"],
  ["ISATAP, globally unique", "2606:2800:220:1:200:5efe:127.0.0.1", "loopback"],
  ["ISATAP of the metadata service", "2606::5efe:169.254.169.254", "forbidden"],
  ["ISATAP of a public address", "2606:2800:220:1:0:5efe:93.184.216.34", "public"],
] as const)("an IPv4 address within an IPv6 address counts as itself: %s", (_what, address, kind) => {
  expect(kindOfAddress(address)).toBe(kind);
});

test.each([
  ...["example.org", "", "10.0.0", "10.0.0.0.1", "010.0.0.1", "256.1.1.1", "1.2.3.x", ":::", "1::2::3"],
  ...["+93.184.216.34", "0x5d.184.216.34", "93.184.216.1e1", "93.184.216.34::1"],
  ...["1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7::8", "12345::", "::g", "::1.2.3", "::%a%b"],
])("%s is not an address, and counts as private", (text) => {
  expect(kindOfAddress(text)).toBe("private");
});

const inner = new BlockList();
for (const [net, prefix] of [
  ["10.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["fc00::", 7],
] as const)
  inner.addSubnet(net, prefix, net.includes(":") ? "ipv6" : "ipv4");

test("every address that Node accepts is read, and private ones are never public", () => {
  const address = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.ipV4().map((text) => `::ffff:${text}`),
    fc.ipV4().map((text) => `10.${text.split(".").slice(1).join(".")}`),
  );
  fc.assert(
    fc.property(address, (text) => {
      const family = isIP(text);
      fc.pre(family !== 0);
      if (inner.check(text, family === 6 ? "ipv6" : "ipv4"))
        expect(["private", "forbidden"]).toContain(kindOfAddress(text));
    }),
    { numRuns: runs(500) },
  );
});
