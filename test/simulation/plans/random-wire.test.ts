import { randomWorld } from "./random-world";
import { smallWorld } from "./small-world";
import type { WorldPlan } from "./world-plan";

interface Wire {
  readonly operationUrls: {
    readonly headers?: string;
    readonly characters?: number;
    readonly expiresAfterPolls?: number;
    readonly expiresAfter?: number;
    readonly later?: object;
  };
  readonly errors: string;
  readonly permissions?: readonly object[];
  readonly throttling: { readonly names?: string; readonly enforced?: boolean };
}

const thousand = Array.from({ length: 1_000 }, (_, n) => n + 1);

test.each<[string, (seed: number) => WorldPlan]>([
  ["random", randomWorld],
  ["small", smallWorld],
])("every form of Resource Manager's replies occurs in %s worlds", (_what, worldOf) => {
  const wires = thousand.map((seed) => worldOf(seed).wire as Wire | undefined);
  const checks: Readonly<Record<string, (wire: Wire) => boolean>> = {
    "Location alone": ({ operationUrls }) => operationUrls.headers === "location",
    "Azure-AsyncOperation alone": ({ operationUrls }) => operationUrls.headers === "azure-asyncoperation",
    "no address": ({ operationUrls }) => operationUrls.headers === "none",
    "6 KB a header": ({ operationUrls }) => operationUrls.characters === 6_144,
    "an address too long": ({ operationUrls }) => (operationUrls.characters ?? 0) > 12_288,
    "a signature that expires by polls": ({ operationUrls }) => operationUrls.expiresAfterPolls !== undefined,
    "a signature that expires by time": ({ operationUrls }) => operationUrls.expiresAfter !== undefined,
    "later addresses elsewhere or too long": ({ operationUrls }) => operationUrls.later !== undefined,
    "errors at the top": ({ errors }) => errors === "top-level",
    "a role that is lacking": ({ permissions }) => permissions !== undefined,
    "few reads left": ({ throttling }) => throttling.names !== undefined,
    "few reads left, and some refused": ({ throttling }) => throttling.enforced === true,
  };
  expect(wires.filter((wire) => wire === undefined).length).toBeGreaterThan(300);
  for (const [name, is] of Object.entries(checks))
    expect([name, wires.filter((wire) => wire !== undefined && is(wire)).length >= 15]).toEqual([name, true]);
});
