import calm from "../../local/world/scenarios/calm.json";

const [first] = calm.pairs;

/** A pair whose services have names of their own here, and the same ARM names as others elsewhere. */
export function pairIn(name: string, group: string, subscription: string) {
  const side = (color: "blue" | "green") => ({
    ...first![color],
    ...{ name: `${name}/${color}`, armName: `shop-${color}`, group, subscription, versionTag: "release" },
    loadBalancers: [{ name: "lb", frontends: [{ name: "fe", publicIp: `ip.${name}.${color}` }] }],
  });
  const publicIps = ["blue", "green"].map((color) => ({
    ...{ name: `ip.${name}.${color}`, address: "198.18.0.1", label: `${name}-${color}` },
  }));
  return { name, blue: side("blue"), green: side("green"), publicIps };
}
