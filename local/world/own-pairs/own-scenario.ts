import { answersFor } from "./own-answers";
import { probesOf, type OwnFile, type OwnPair } from "./own-file";

interface ServiceId {
  readonly subscription: string;
  readonly group: string;
  readonly armName: string;
}

/** A scenario of the simulated Resource Manager with two live services for each pair, blue in production. */
export function ownScenario(file: OwnFile): object {
  const sides = Object.values(file.pairs).flatMap(({ blue, green }) => [idOf(blue), idOf(green)]);
  const isUnique = ({ armName }: ServiceId) =>
    sides.filter((each) => same(each.armName, armName)).length === 1;
  return {
    subscription: sides[0]?.subscription ?? "",
    pairs: Object.entries(file.pairs).map(([name, pair], i) => {
      const [blue, green] = [idOf(pair.blue), idOf(pair.green)];
      const service = { ...servicesOf(file, pair), blue, green };
      const nameOf = (id: ServiceId, side: string) => (isUnique(id) ? id.armName : `${name}/${side}`);
      const [blueName, greenName] = [nameOf(blue, "blue"), nameOf(green, "green")];
      return {
        name,
        blue: { ...service.common, ...blue, ...standing(blueName, "v1", "Production") },
        green: { ...service.common, ...green, ...standing(greenName, "v2", "Staging") },
        publicIps: [blueName, greenName].map((each, n) => ({
          name: addressName(each),
          address: address(2 * i + n),
          label: addressName(each).toLowerCase(),
        })),
      };
    }),
  };
}

function servicesOf(file: OwnFile, pair: OwnPair) {
  const answers = answersFor(probesOf(file, pair));
  const common = {
    versionTag: pair.versionTag ?? file.defaults?.versionTag,
    roles: [
      { name: "WebRole", capacity: 2, web: true },
      { name: "WorkerRole", capacity: 1 },
    ],
    ...(answers.length > 0 ? { answers } : {}),
  };
  return { common };
}

function standing(name: string, version: string, slot: "Production" | "Staging"): object {
  const frontends = [{ name: "fe", publicIp: addressName(name) }];
  return { name, version, slot, loadBalancers: [{ name: `lb-${name.replace("/", ".")}`, frontends }] };
}

/** Named after the service, because a pair may be renamed. Service names contain no dot. */
function addressName(service: string): string {
  return `ip-${service.replace("/", ".")}`;
}

/** Benchmark addresses (RFC 2544), which belong to nobody; nothing is sent there. */
function address(n: number): string {
  return `198.18.${Math.floor(n / 254) % 256}.${(n % 254) + 1}`;
}

/** The app has already checked the form of the ids. */
function idOf(id: string): ServiceId {
  const [, , subscription = "", , group = "", , , , armName = ""] = id.split("/");
  return { subscription, group, armName };
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
