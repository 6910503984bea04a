import type { Config } from "../../src/config/config";
import { registerApp } from "../../src/app/register";
import type { Permission, TokenVerifier } from "../../src/ports/identity";
import type { SimulatedHost } from "./host";

/** The hosts of the world under way, by id: every invocation says at which one it runs. */
export const hosts = new Map<string, SimulatedHost>();

const verifier: TokenVerifier = {
  verify: (authorization) => {
    const permissions = (authorization ?? "").split(",") as Permission[];
    return Promise.resolve({
      caller: { oid: "oid-1", name: "Olga", application: false, permissions, roles: [] },
    });
  },
};

/** Registers the product's own functions, once per process; their ports are those of the host that invokes them. */
export function registerProduct(): void {
  const config = { serviceBus: { requestQueue: "swap-requests", setting: "ServiceBusConnection" } } as Config;
  registerApp(
    (context) => {
      const host = hosts.get(context.invocationId.split(":")[0] ?? "");
      if (!host) throw new Error("an invocation belongs to no host of this world");
      return host.portsFor(context);
    },
    verifier,
    config,
  );
}
