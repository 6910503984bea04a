import { type ConfigParse, parseConfig } from "../../src/config/config";

type Settings = Readonly<Record<string, string | undefined>>;

/** The ARM id of a cloud service. */
export const serviceId = (name: string) =>
  `/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg/providers/Microsoft.Compute/cloudServices/${name}`;

/** Valid settings of an app in Azure. */
export const cloud = {
  PAIRS_FILE: "pairs.json",
  ServiceBusConnection__fullyQualifiedNamespace: "shop.servicebus.windows.net",
  TOKEN_ISSUER: "https://login.microsoftonline.com/11111111-1111-4111-8111-111111111111/v2.0",
  TOKEN_AUDIENCE: "22222222-2222-4222-8222-222222222222",
};

export const pair = { blue: serviceId("a"), green: serviceId("b") };

/** Parses these settings instead of, or beside, those of `cloud`, with a pairs file as text or as a value. */
export function parse(over: Settings = {}, file: unknown = { pairs: { shop: pair } }): ConfigParse {
  return parseConfig({ ...cloud, ...over }, () => (typeof file === "string" ? file : JSON.stringify(file)));
}

/** The path of each mistake. */
export function mistakes(over: Settings = {}, file?: unknown): string[] {
  const parsed = parse(over, file);
  return parsed.ok ? [] : parsed.issues.map(({ path }) => path);
}

/** Parses a pairs file whose one pair has this deployment window. */
export function parseWindow(window: unknown, more: Settings = {}, defaults: unknown = {}): ConfigParse {
  return parse(more, { defaults, pairs: { shop: { ...pair, timeZone: "Europe/Berlin", window } } });
}

/** Each mistake of such a file, with what is expected. */
export function windowIssues(window: unknown, more: Settings = {}): string[] {
  const parsed = parseWindow(window, more);
  return parsed.ok ? [] : parsed.issues.map(({ path, expectation }) => `${path}: ${expectation}`);
}
