import { formatText } from "../contracts/issues";
import { parseJsonText } from "../contracts/json-text";
import type { Issue } from "../domain/kernel/issue";
import type { DeploymentWindowRule, PairPolicy } from "../domain/policy/policy";
import type { ScheduleRule } from "../domain/policy/schedule";
import { type CalendarAddresses, readCalendarAddresses } from "./calendar-addresses";
import { isLoopback } from "./loopback";
import { type PairsFile, parsePairsFile } from "./pairs-file";
import { audienceMistake, issuerMistake } from "./token-issuer";

/** Everything the app is told, checked once. */
export interface Config {
  readonly pairs: readonly PairPolicy[];
  /** When swaps may start, by pair; only pairs whose file says so. */
  readonly deploymentWindows: ReadonlyMap<string, DeploymentWindowRule>;
  readonly calendarAddresses: CalendarAddresses;
  readonly schedules: readonly ScheduleRule[];
  /** How long promotions are kept whole after their outcome, by pair. */
  readonly retention: ReadonlyMap<string, number>;
  readonly serviceBus: {
    /** Name of the connection setting, as the trigger binding wants it. */
    readonly setting: "ServiceBusConnection";
    readonly requestQueue: string;
    readonly eventTopic: string;
    readonly connectionString?: string;
    readonly fullyQualifiedNamespace?: string;
  };
  readonly resourceManager: { readonly endpoint: string };
  readonly identity: {
    readonly issuer: string;
    readonly audience: string;
    /** Client id of a user-assigned managed identity. */
    readonly clientId?: string;
    readonly inAzure: boolean;
  };
}

export type ConfigParse =
  { readonly ok: true; readonly config: Config } | { readonly ok: false; readonly issues: readonly Issue[] };

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

const publicClouds = [
  "https://management.azure.com",
  "https://management.usgovcloudapi.net",
  "https://management.chinacloudapi.cn",
];

/**
 * What Azure sets wherever it runs an app. Flex Consumption sets no WEBSITE_INSTANCE_ID; the host tells it by the two
 * others (azure-functions-host, EnvironmentExtensions). CONTAINER_NAME is no sign: developers' containers set it too.
 */
const signsOfAzure = ["WEBSITE_INSTANCE_ID", "LEGION_SERVICE_HOST", "WEBSITE_POD_NAME"];

/** Reads environment and pairs file; answers with the configuration or with every mistake. */
export function parseConfig(
  env: Readonly<Record<string, string | undefined>>,
  readFile: (path: string) => string,
): ConfigParse {
  const issues: Issue[] = [];
  const settings = new Settings(env, issues);
  const inAzure = signsOfAzure.some((name) => env[name] !== undefined);
  const {
    policies: pairs,
    deploymentWindows,
    schedules,
    retention,
  } = readPairs(settings, readFile, inAzure, issues);
  const calendars = readCalendarAddresses(deploymentWindows, env, inAzure);
  issues.push(...calendars.issues);
  const config: Config = {
    pairs,
    deploymentWindows,
    schedules,
    retention,
    calendarAddresses: calendars.addresses,
    serviceBus: readServiceBus(settings, inAzure),
    resourceManager: {
      endpoint: readEndpoint(settings, inAzure),
    },
    identity: {
      ...readTokens(settings, inAzure),
      clientId: readClientId(settings),
      inAzure,
    },
  };
  return issues.length === 0 ? { ok: true, config } : { ok: false, issues };
}

class Settings {
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #issues: Issue[];

  constructor(env: Readonly<Record<string, string | undefined>>, issues: Issue[]) {
    this.#env = env;
    this.#issues = issues;
  }

  get(name: Setting): string | undefined {
    return this.#env[name] || undefined;
  }

  addIssue(path: string, value: string, expectation: string): void {
    this.#issues.push({ path, value: formatText(value, 300), expectation });
  }

  text(name: Setting, pattern: RegExp, expectation: string, standard?: string): string {
    const value = this.get(name) ?? standard;
    if (value !== undefined && pattern.test(value)) return value;
    this.addIssue(name, value ?? "nothing", expectation);
    return "";
  }
}

function readEndpoint(settings: Settings, inAzure: boolean): string {
  const value = settings.get("ARM_ENDPOINT") ?? "https://management.azure.com";
  const url = parseUrl(value);
  const mistake = url === undefined ? "an https URL" : (hostMistake(url, inAzure) ?? endpointMistake(url));
  if (mistake !== undefined) settings.addIssue("ARM_ENDPOINT", value, mistake);
  return url?.origin ?? value;
}

function endpointMistake(url: URL): string | undefined {
  if (url.pathname !== "/") return "an endpoint without a path";
  if (isLoopback(url.hostname) || publicClouds.includes(url.origin)) return undefined;
  return `one of ${publicClouds.join(", ")}`;
}

/** Kept to the letter: tokens must name exactly this issuer and this audience. */
function readTokens(settings: Settings, inAzure: boolean): { issuer: string; audience: string } {
  const issuer = settings.get("TOKEN_ISSUER") ?? "";
  const url = parseUrl(issuer);
  const mistake =
    url === undefined ? "an https URL" : (hostMistake(url, inAzure) ?? issuerMistake(issuer, url));
  if (mistake !== undefined) settings.addIssue("TOKEN_ISSUER", issuer || "nothing", mistake);
  const audience = settings.text("TOKEN_AUDIENCE", /^\S{1,300}$/, "the audience that tokens must name");
  const ofAudience = url && audience !== "" ? audienceMistake(audience, url) : undefined;
  if (ofAudience !== undefined) settings.addIssue("TOKEN_AUDIENCE", audience, ofAudience);
  return { issuer, audience };
}

function readClientId(settings: Settings): string | undefined {
  const value = settings.get("AZURE_CLIENT_ID");
  if (value !== undefined && !/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value))
    settings.addIssue("AZURE_CLIENT_ID", value, "the client id (a GUID) of a managed identity, or nothing");
  return value;
}

function parseUrl(value: string): URL | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  return url && ["https:", "http:"].includes(url.protocol) ? url : undefined;
}

/** https everywhere, plain http on loopback only, and loopback never in Azure. */
function hostMistake(url: URL, inAzure: boolean): string | undefined {
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "")
    return "a URL without credentials, query and fragment";
  if (isLoopback(url.hostname)) return inAzure ? "no loopback address in Azure" : undefined;
  return url.protocol === "https:" ? undefined : "https: plain http is for loopback only";
}

function readServiceBus(settings: Settings, inAzure: boolean): Config["serviceBus"] {
  const connectionString = settings.get("ServiceBusConnection");
  const fullyQualifiedNamespace = settings.get("ServiceBusConnection__fullyQualifiedNamespace");
  if ((connectionString === undefined) === (fullyQualifiedNamespace === undefined)) {
    const expectation =
      "exactly one of ServiceBusConnection and ServiceBusConnection__fullyQualifiedNamespace";
    settings.addIssue(
      "ServiceBusConnection",
      connectionString === undefined ? "neither" : "both",
      expectation,
    );
  }
  if (connectionString !== undefined) {
    const mistake = connectionMistake(connectionString, inAzure);
    if (mistake !== undefined) settings.addIssue("ServiceBusConnection", "(not shown)", mistake);
  }
  if (
    fullyQualifiedNamespace !== undefined &&
    !/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i.test(fullyQualifiedNamespace)
  ) {
    const expectation = "a host name such as your-namespace.servicebus.windows.net";
    settings.addIssue("ServiceBusConnection__fullyQualifiedNamespace", fullyQualifiedNamespace, expectation);
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

function connectionMistake(text: string, inAzure: boolean): string | undefined {
  const host = /(?:^|;)\s*Endpoint\s*=\s*sb:\/\/(\[[^\]]*\]|[^;:/\s]+)/i.exec(text)?.[1];
  if (host === undefined) return "a Service Bus connection string";
  if (/(?:^|;)\s*EntityPath\s*=/i.test(text))
    return "the connection string of a namespace: that of one entity reaches either the queue or the topic";
  const isLocal = isLoopback(host) || /UseDevelopmentEmulator\s*=\s*true/i.test(text);
  return inAzure && isLocal ? "no development emulator in Azure" : undefined;
}

function readPairs(
  settings: Settings,
  readFile: (path: string) => string,
  inAzure: boolean,
  issues: Issue[],
): Omit<PairsFile, "issues"> {
  const none = {
    policies: [],
    deploymentWindows: new Map<string, DeploymentWindowRule>(),
    schedules: [],
    retention: new Map<string, number>(),
  };
  const file = settings.get("PAIRS_FILE");
  if (file === undefined) {
    settings.addIssue("PAIRS_FILE", "nothing", "the path of the pairs file");
    return none;
  }
  const read = readJson(file, readFile);
  if ("mistake" in read) {
    settings.addIssue("PAIRS_FILE", file, `a readable JSON file (${read.mistake})`);
    return none;
  }
  const { issues: found, ...parsed } = parsePairsFile(read.content, inAzure);
  issues.push(
    ...[...read.issues, ...found].map((issue) => ({
      ...issue,
      path: `${file}${issue.path.slice(1)}`,
    })),
  );
  return parsed;
}

function readJson(
  file: string,
  readFile: (path: string) => string,
): { readonly content: unknown; readonly issues: readonly Issue[] } | { readonly mistake: string } {
  try {
    // Editors on Windows begin a file with a byte order mark, which JSON does not know.
    const text = readFile(file).replace(/^\u{feff}/u, "");
    // Of a pair or a freeze that stands there twice the parser keeps the last one only.
    const issues = parseJsonText(text)?.issues ?? [];
    return { content: JSON.parse(text) as unknown, issues };
  } catch (fault) {
    // The engine quotes what it stumbled over, and a wrong path may lead to a file of secrets.
    return { mistake: fault instanceof Error ? formatText(fault.message, 200) : "unreadable" };
  }
}
