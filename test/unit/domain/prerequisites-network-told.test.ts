import type { Frontend, PublicIpObservation } from "../../../src/domain/observation";
import { anIp, found, ipId } from "../../support/observations";
import { told, type ToldRow } from "../../support/prerequisites";

/** What the rules on load balancers and public IPs tell, on each pair they are there for. */
const fe = (name: string, over: Partial<Frontend>): Frontend => ({ loadBalancer: "lb", name, ...over });
const own = { publicIpId: ipId("ip-green") };
const inner = { subnetId: "/subnets/s" };
const ips = (green: Partial<PublicIpObservation>, blue: Partial<PublicIpObservation> = {}) => [
  ...[found(anIp("ip-green", green)), found(anIp("ip-blue", blue))],
];
const network: readonly ToldRow[] = [
  [
    "frontend-missing",
    { blue: { frontends: [fe("in", inner)] }, green: { frontends: [] } },
    "broken",
    "none on shop-green, shop-blue",
  ],
  ["frontend-invalid", { green: { frontends: [] } }, "met", "shop-green: no frontend; shop-blue: fe"],
  [
    "frontend-invalid",
    { green: { frontends: [fe("a", own), fe("b", inner)] } },
    "met",
    "shop-green: a b; shop-blue: fe",
  ],
  [
    "frontend-invalid",
    {
      green: { frontends: [fe("a", { ...own, ...inner }), fe("b", {})] },
      blue: { frontends: [fe("c", {})] },
    },
    "broken",
    "shop-green/a has both, shop-green/b has neither, shop-blue/c has neither",
  ],
  [
    "internal-load-balancer",
    { green: { frontends: [fe("b", inner)] } },
    "met",
    "shop-green: b; shop-blue: fe",
  ],
  [
    "internal-load-balancer",
    { green: { frontends: [fe("a", own), fe("c", {}), fe("d", { ...own, ...inner })] } },
    "met",
    "shop-green: a c d; shop-blue: fe",
  ],
  [
    "internal-load-balancer",
    {
      green: { frontends: [fe("a", own), fe("b", inner)] },
      blue: { frontends: [fe("b", inner), fe("a", own)] },
    },
    "broken",
    "public and internal on shop-green, shop-blue",
  ],
  [
    "reserved-ip-mismatch",
    { ips: ips({ allocation: "Static" }, { allocation: "Dynamic" }) },
    "broken",
    "shop-green: ip-green static, shop-blue: ip-blue dynamic",
  ],
  [
    "reserved-ip-mismatch",
    { ips: ips({ id: ipId("IP-GREEN") }) },
    "met",
    "shop-green: ip-green static, shop-blue: ip-blue static",
  ],
  [
    "reserved-ip-mismatch",
    { ips: ips({ allocation: undefined }, { allocation: undefined }) },
    "broken as reply-incomplete",
    "shop-green: ip-green allocation unknown, shop-blue: ip-blue allocation unknown",
  ],
  [
    "reserved-ip-mismatch",
    { green: { frontends: [] } },
    "broken as reply-incomplete",
    "shop-green: no public IP allocation unknown, shop-blue: ip-blue static",
  ],
  [
    "reserved-ip-mismatch",
    {
      ips: [
        { kind: "denied", detail: "403" },
        { kind: "absent", detail: "404" },
      ],
    },
    "broken as reply-incomplete",
    "shop-green: ip-green allocation unknown, shop-blue: ip-blue allocation unknown; denied: 403; absent: 404",
  ],
  [
    "reserved-ip-mismatch",
    { ips: [{ kind: "denied", detail: "403" }, ...ips({})] },
    "met",
    "shop-green: ip-green static, shop-blue: ip-blue static",
  ],
  [
    "basic-sku-retired",
    { ips: ips({ sku: "BASIC" }, { sku: undefined }) },
    "warned",
    "shop-green: ip-green BASIC, shop-blue: ip-blue SKU unknown",
  ],
  [
    "basic-sku-retired",
    { ips: [] },
    "met",
    "shop-green: ip-green SKU unknown, shop-blue: ip-blue SKU unknown",
  ],
];

test.each<ToldRow>(network)("%s under %j is %s and tells %s", (code, world, ...expected) => {
  expect(told(code, world)).toEqual(expected);
});
