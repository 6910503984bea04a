import { parsePairsFile } from "../../src/config/pairs-file";

export const GUID = (n: number) => `00000000-0000-4000-8000-00000000000${n}`;
export const id = (name: string, group = "rg", n = 1) =>
  `/subscriptions/${GUID(n)}/resourceGroups/${group}/providers/Microsoft.Compute/cloudServices/${name}`;
export const addresses = (name: string) => ({
  name,
  production: "http://127.0.0.1:1",
  staging: "http://127.0.0.1:2",
});
export const shop = { blue: id("shop-blue"), green: id("shop-green") };

/** The paths of the mistakes that the product finds in a pairs file. */
export function issuesOf(file: object): string[] {
  return parsePairsFile(JSON.parse(JSON.stringify(file))).issues.map(({ path }) => path);
}
