import { registerApp } from "../../../src/app/register";
import type { Config } from "../../../src/config/config";
import type { Permission, TokenVerifier } from "../../../src/ports/identity";
import type { CallLimiter } from "../../../src/triggers/http/call-limit";
import type { SimulatedHost } from "./host";

/** The hosts of the current world, by id; every invocation names its host. */
export const hosts = new Map<string, SimulatedHost>();

/** The default caller, and requester over HTTP. */
export const REQUESTER = "oid-1";

/** A token here is its claims: permissions, object id, and whether it is an application's. */
const verifier: TokenVerifier = {
  verify: (authorization) => {
    const [rights = "", oid = REQUESTER, kind] = (authorization ?? "").split("|");
    const permissions = rights.split(",") as Permission[];
    const application = kind === "application";
    return Promise.resolve({ caller: { oid, name: `${oid} by name`, application, permissions, roles: [] } });
  },
};

/** Calls are limited per process; here one process is every host of every world. */
const unlimited: CallLimiter = { take: () => 0, remembered: 0 };

/** Registers the product's own functions, once per process. Their ports are those of the invoking host. */
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
    unlimited,
  );
}
