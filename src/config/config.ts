import { complaintsOf } from "../contracts/complaints";
import { pairName } from "../contracts/fields";
import type { Complaint } from "../domain/events";
import type { PairPolicy } from "../domain/policy";
import { pairsFileSchema, policiesOf } from "./pairs-file";

/** Everything the app is told, checked once. */
export interface Config {
  readonly pairs: readonly PairPolicy[];
  readonly serviceBus: {
    /** Name of the connection setting, as the trigger binding wants it. */
    readonly setting: "ServiceBusConnection";
    readonly requestQueue: string;
    readonly eventTopic: string;
    readonly connectionString?: string | undefined;
    readonly fullyQualifiedNamespace?: string | undefined;
  };
  readonly resourceManager: { readonly endpoint: string };
  readonly identity: {
    readonly issuer: string;
    readonly audience: string;
    /** Client id of a user-assigned managed identity. */
    readonly clientId?: string | undefined;
    readonly inAzure: boolean;
  };
}

export type ConfigParse =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly complaints: readonly Complaint[] };

/** Every setting this app reads; `local.settings.sample.json` names exactly these and the host's own. */
export const settingNames = [
  "PAIRS_FILE",
  "ServiceBusConnection",
  "ServiceBusConnection__fullyQualifiedNamespace",
  "REQUEST_QUEUE",
  "EVENT_TOPIC",
  "ARM_ENDPOINT",
  "TOKEN_ISSUER",
  "TOKEN_AUDIENCE",
  "AZURE_CLIENT_ID",
] as const;

type Setting = (typeof settingNames)[number];

const publicClouds = ["management.azure.com", "management.usgovcloudapi.net", "management.chinacloudapi.cn"];
const loopback = ["127.0.0.1", "localhost", "[::1]"];

/** Reads environment and pairs file; answers with the configuration or with every mistake. */
export function parseConfig(
  env: Readonly<Record<string, string | undefined>>,
  readFile: (path: string) => string,
): ConfigParse {
  const complaints: Complaint[] = [];
  const settings = new Settings(env, complaints);
  const inAzure = env["WEBSITE_INSTANCE_ID"] !== undefined;
  const config: Config = {
    pairs: readPairs(settings, readFile, complaints),
    serviceBus: readServiceBus(settings, inAzure),
    resourceManager: {
      endpoint: settings.url("ARM_ENDPOINT", "https://management.azure.com", inAzure, publicClouds),
    },
    identity: {
      issuer: settings.url("TOKEN_ISSUER", undefined, inAzure),
      audience: settings.text("TOKEN_AUDIENCE", /^\S{1,300}$/, "the audience that tokens must name"),
      clientId: env["AZURE_CLIENT_ID"] || undefined,
      inAzure,
    },
  };
  return complaints.length === 0 ? { ok: true, config } : { ok: false, complaints };
}

class Settings {
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #complaints: Complaint[];

  constructor(env: Readonly<Record<string, string | undefined>>, complaints: Complaint[]) {
    this.#env = env;
    this.#complaints = complaints;
  }

  get(name: Setting): string | undefined {
    return this.#env[name] || undefined;
  }

  complain(path: string, value: string, expectation: string): void {
    this.#complaints.push({ path, value, expectation });
  }

  text(name: Setting, pattern: RegExp, expectation: string, standard?: string): string {
    const value = this.get(name) ?? standard;
    if (value !== undefined && pattern.test(value)) return value;
    this.complain(name, value ?? "nothing", expectation);
    return "";
  }

  /** An https URL; http only on loopback, and loopback never in Azure. */
  url(name: Setting, standard: string | undefined, inAzure: boolean, hosts?: readonly string[]): string {
    const value = (this.get(name) ?? standard ?? "").replace(/\/$/, "");
    const mistake = urlMistake(value, inAzure, hosts);
    if (mistake !== undefined) this.complain(name, value || "nothing", mistake);
    return value;
  }
}

function urlMistake(value: string, inAzure: boolean, hosts?: readonly string[]): string | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (!url || !["https:", "http:"].includes(url.protocol)) return "an https URL";
  if (loopback.includes(url.hostname)) return inAzure ? "no loopback address in Azure" : undefined;
  if (url.protocol !== "https:") return "https: plain http is for loopback only";
  if (!hosts || hosts.includes(url.hostname)) return undefined;
  return `one of ${hosts.map((host) => `https://${host}`).join(", ")}`;
}

function readServiceBus(settings: Settings, inAzure: boolean): Config["serviceBus"] {
  const connectionString = settings.get("ServiceBusConnection");
  const fullyQualifiedNamespace = settings.get("ServiceBusConnection__fullyQualifiedNamespace");
  if ((connectionString === undefined) === (fullyQualifiedNamespace === undefined)) {
    const expectation =
      "exactly one of ServiceBusConnection and ServiceBusConnection__fullyQualifiedNamespace";
    settings.complain(
      "ServiceBusConnection",
      connectionString === undefined ? "neither" : "both",
      expectation,
    );
  }
  if (connectionString !== undefined && !/Endpoint=sb:\/\/[^;]+;/i.test(connectionString)) {
    settings.complain("ServiceBusConnection", "(not shown)", "a Service Bus connection string");
  }
  if (inAzure && /UseDevelopmentEmulator=true/i.test(connectionString ?? "")) {
    settings.complain("ServiceBusConnection", "(not shown)", "no development emulator in Azure");
  }
  const entity = /^[A-Za-z0-9][\w./-]{0,259}$/;
  return {
    setting: "ServiceBusConnection",
    requestQueue: settings.text("REQUEST_QUEUE", entity, "the name of a queue", "swap-requests"),
    eventTopic: settings.text("EVENT_TOPIC", entity, "the name of a topic", "swap-events"),
    connectionString,
    fullyQualifiedNamespace,
  };
}

function readPairs(
  settings: Settings,
  readFile: (path: string) => string,
  complaints: Complaint[],
): readonly PairPolicy[] {
  const path = settings.get("PAIRS_FILE");
  if (path === undefined) {
    settings.complain("PAIRS_FILE", "nothing", "the path of the pairs file");
    return [];
  }
  let content: unknown;
  try {
    content = JSON.parse(readFile(path)) as unknown;
  } catch (fault) {
    settings.complain(
      "PAIRS_FILE",
      path,
      `a readable JSON file (${fault instanceof Error ? fault.message : "unreadable"})`,
    );
    return [];
  }
  for (const name of namesIn(content)) {
    const wrong = pairName.safeParse(name).error?.issues[0];
    if (wrong) settings.complain(`${path}.pairs.${name}`, name, wrong.message);
  }
  const parsed = pairsFileSchema.safeParse(content);
  if (!parsed.success) {
    complaints.push(
      ...complaintsOf(parsed.error, content).map((c) => ({ ...c, path: c.path.replace("$", path) })),
    );
    return [];
  }
  const policies = policiesOf(parsed.data);
  for (const { name, readiness } of policies) {
    const at = `${path}.pairs.${name}.readiness`;
    if (readiness.stableForMs >= readiness.deadlineMs)
      settings.complain(at, "stableFor ≥ deadline", "a deadline after stableFor");
  }
  return policies;
}

/** The names of pairs, even when the rest of the file is wrong: every mistake is told at once. */
function namesIn(content: unknown): readonly string[] {
  const { pairs } = (typeof content === "object" && content !== null ? content : {}) as { pairs?: unknown };
  return typeof pairs === "object" && pairs !== null ? Object.keys(pairs) : [];
}
