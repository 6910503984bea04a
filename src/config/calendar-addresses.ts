import { isLoopback } from "../contracts/address-kind";
import type { Issue } from "../domain/kernel/issue";
import type { DeploymentWindowRule } from "../domain/policy/policy";
import { isFeedUrl } from "./deployment-window-rule";

/** Calendar addresses from app settings, by setting name. They may be secrets and are never shown. */
export type CalendarAddresses = ReadonlyMap<string, string>;

/** Reads every setting that a freeze names. */
export function readCalendarAddresses(
  deploymentWindows: ReadonlyMap<string, DeploymentWindowRule>,
  env: Readonly<Record<string, string | undefined>>,
  inAzure: boolean,
): { readonly addresses: CalendarAddresses; readonly issues: readonly Issue[] } {
  const freezes = [...deploymentWindows.values()].flatMap((rule) => rule.freezes);
  const settings = new Set(freezes.flatMap((freeze) => (freeze.kind === "setting" ? [freeze.setting] : [])));
  const sources = new Set(freezes.flatMap((freeze) => (freeze.kind === "calendar" ? [freeze.source] : [])));
  const wrongSettings = [...settings].flatMap((setting): Issue[] => {
    const address = env[setting];
    const mistake = address ? addressMistake(address, inAzure) : "the https address of a calendar";
    return mistake
      ? [{ path: setting, value: address ? "(not shown)" : "nothing", expectation: mistake }]
      : [];
  });
  const wrongSources = [...sources].flatMap((source): Issue[] => {
    const mistake = isFeedUrl(source) ? addressMistake(source, inAzure) : undefined;
    return mistake ? [{ path: "PAIRS_FILE", value: new URL(source).origin, expectation: mistake }] : [];
  });
  const addresses = new Map([...settings].map((setting) => [setting, env[setting] ?? ""]));
  return { addresses, issues: [...wrongSettings, ...wrongSources] };
}

function addressMistake(address: string, inAzure: boolean): string | undefined {
  if (!isFeedUrl(address)) return "the https address of a calendar, without credentials";
  const isLocal = isLoopback(new URL(address).hostname);
  return inAzure && isLocal ? "no calendar on a loopback address in Azure" : undefined;
}
