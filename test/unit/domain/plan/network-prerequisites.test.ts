import type { Frontend, PublicIpObservation } from "../../../../src/domain/cloud-service/observation";
import { anIp, found, ipId } from "../../../support/observations";
import { described, type DescribedRow } from "../../../support/prerequisites";

/** What the rules on load balancers and public IPs tell, on each pair they are there for. */
const fe = (name: string, over: Partial<Frontend>): Frontend => ({ loadBalancer: "lb", name, ...over });
const own = { publicIpId: ipId("ip-green") };
const inner = { subnetId: "/subnets/s" };
const ips = (green: Partial<PublicIpObservation>, blue: Partial<PublicIpObservation> = {}) => [
  ...[found(anIp("ip-green", green)), found(anIp("ip-blue", blue))],
];
const network: readonly DescribedRow[] = [
  [
    "public-frontend",
    { blue: { frontends: [fe("in", inner)] }, green: { frontends: [] } },
    "broken: frontend-missing",
    "no public IP on shop-green, shop-blue",
  ],
  ["frontend-addresses", { green: { frontends: [] } }, "met", "shop-green: no frontend; shop-blue: fe"],
  [
    "frontend-addresses",
    { green: { frontends: [fe("a", own), fe("b", inner)] } },
    "met",
    "shop-green: a b; shop-blue: fe",
  ],
  [
    "frontend-addresses",
    {
      green: { frontends: [fe("a", { ...own, ...inner }), fe("b", {})] },
      blue: { frontends: [fe("c", {})] },
    },
    "broken: frontend-invalid",
    "shop-green/a has a public IP and a subnet, shop-green/b has neither public IP nor subnet, shop-blue/c has neither public IP nor subnet",
  ],
  ["load-balancers", { green: { frontends: [fe("b", inner)] } }, "met", "shop-green: b; shop-blue: fe"],
  [
    "load-balancers",
    { green: { frontends: [fe("a", own), fe("c", {}), fe("d", { ...own, ...inner })] } },
    "met",
    "shop-green: a c d; shop-blue: fe",
  ],
  [
    "load-balancers",
    {
      green: { frontends: [fe("a", own), fe("b", inner)] },
      blue: { frontends: [fe("b", inner), fe("a", own)] },
    },
    "broken: internal-load-balancer",
    "public and internal on shop-green, shop-blue",
  ],
  [
    "public-ip-allocation",
    { ips: ips({ allocation: "Static" }, { allocation: "Dynamic" }) },
    "broken: reserved-ip-mismatch",
    "shop-green: ip-green static, shop-blue: ip-blue dynamic",
  ],
  [
    "public-ip-allocation",
    { ips: ips({ id: ipId("IP-GREEN") }) },
    "met",
    "shop-green: ip-green static, shop-blue: ip-blue static",
  ],
  [
    "public-ip-allocation",
    { ips: ips({ allocation: undefined }, { allocation: undefined }) },
    "broken: reply-incomplete",
    "shop-green: ip-green allocation unknown, shop-blue: ip-blue allocation unknown",
  ],
  [
    "public-ip-allocation",
    { green: { frontends: [] } },
    "broken: reply-incomplete",
    "shop-green: no public IP allocation unknown, shop-blue: ip-blue static",
  ],
  [
    "public-ip-allocation",
    {
      ips: [
        { kind: "denied", detail: "403" },
        { kind: "absent", detail: "404" },
      ],
    },
    "broken: reply-incomplete",
    "shop-green: ip-green allocation unknown, shop-blue: ip-blue allocation unknown; denied: 403; absent: 404",
  ],
  [
    "public-ip-allocation",
    { ips: [{ kind: "denied", detail: "403" }, ...ips({})] },
    "met",
    "shop-green: ip-green static, shop-blue: ip-blue static",
  ],
  [
    "public-ip-sku",
    { ips: ips({ sku: "BASIC" }, { sku: undefined }) },
    "warned: basic-sku-retired",
    "shop-green: ip-green BASIC, shop-blue: ip-blue SKU unknown",
  ],
  ["public-ip-sku", { ips: [] }, "met", "shop-green: ip-green SKU unknown, shop-blue: ip-blue SKU unknown"],
];

test.each<DescribedRow>(network)("%s under %j is %s with the evidence %s", (code, world, ...expected) => {
  expect(described(code, world)).toEqual(expected);
});
