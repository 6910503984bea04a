import { z } from "zod";
import { isLoopback } from "../contracts/address-kind";
import { formatText } from "../contracts/issues";
import { parseJsonText } from "../contracts/json-text";
import type { Issue } from "../domain/kernel/issue";
import type { DeploymentWindowRule, PairPolicy } from "../domain/policy/policy";
import type { ScheduleRule } from "../domain/policy/schedule";
import { type CalendarAddresses, readCalendarAddresses } from "./calendar-addresses";
import { type PairsFile, parsePairsFile } from "./pairs-file";
import { audienceMistake, issuerMistake } from "./token-issuer";

/** The checked configuration of the app. */
export interface Config {
  readonly pairs: readonly PairPolicy[];
  /** Deployment window rules by pair; only pairs that have one. */
  readonly deploymentWindows: ReadonlyMap<string, DeploymentWindowRule>;
  readonly calendarAddresses: CalendarAddresses;
  readonly schedules: readonly ScheduleRule[];
  /** How long promotions stay complete after their outcome, by pair, ms. */
  readonly retention: ReadonlyMap<string, number>;
  readonly serviceBus: {
    /** The name of the connection setting, for the trigger binding. */
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
type Given = Partial<Record<Setting, string>>;

const publicClouds = [
  "https://management.azure.com",
  "https://management.usgovcloudapi.net",
  "https://management.chinacloudapi.cn",
];

/**
 * Azure sets at least one of these wherever it runs an app. Flex Consumption has no WEBSITE_INSTANCE_ID, only the
 * other two (azure-functions-host, EnvironmentExtensions). Developers' containers set CONTAINER_NAME too, so it
 * does not count.
 */
const signsOfAzure = ["WEBSITE_INSTANCE_ID", "LEGION_SERVICE_HOST", "WEBSITE_POD_NAME"];

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads environment and pairs file; returns the configuration, or every mistake. */
export function parseConfig(env: Environment, readFile: (path: string) => string): ConfigParse {
  const inAzure = signsOfAzure.some((name) => env[name] !== undefined);
  const given: Given = Object.fromEntries(settingNames.map((name) => [name, env[name] || undefined]));
  const parsed = settingsIn(inAzure).safeParse(given);
  const { issues, ...pairs } = readPairs(given.PAIRS_FILE, readFile, inAzure);
  const calendars = readCalendarAddresses(pairs.deploymentWindows, env, inAzure);
  const ofSettings = (parsed.error?.issues ?? []).map(({ path, message }) =>
    issueOf(path[0] as Setting, given, message),
  );
  if (!parsed.success || issues.length > 0 || calendars.issues.length > 0)
    return { ok: false, issues: [...issues, ...calendars.issues, ...ofSettings] };
  const settings = parsed.data;
  const { policies, ...rest } = pairs;
  return {
    ok: true,
    config: {
      ...rest,
      pairs: policies,
      calendarAddresses: calendars.addresses,
      serviceBus: {
        setting: "ServiceBusConnection",
        requestQueue: settings.REQUEST_QUEUE,
        eventTopic: settings.EVENT_TOPIC,
        connectionString: settings.ServiceBusConnection,
        fullyQualifiedNamespace: settings.ServiceBusConnection__fullyQualifiedNamespace,
      },
      resourceManager: { endpoint: new URL(settings.ARM_ENDPOINT).origin },
      identity: {
        issuer: settings.TOKEN_ISSUER,
        audience: settings.TOKEN_AUDIENCE,
        clientId: settings.AZURE_CLIENT_ID,
        inAzure,
      },
    },
  };
}

const audiencePattern = /^\S{1,300}$/;
const entityName = /^[A-Za-z0-9][\w./-]{0,259}$/;

/** Empty settings count as absent. */
function settingsIn(inAzure: boolean) {
  const audience = "the audience that tokens must name";
  const oneConnection =
    "exactly one of ServiceBusConnection and ServiceBusConnection__fullyQualifiedNamespace";
  return z
    .object({
      PAIRS_FILE: z.string({ error: "the path of the pairs file" }),
      ServiceBusConnection: z.string().superRefine(reporting(connectionMistake, inAzure)).optional(),
      ServiceBusConnection__fullyQualifiedNamespace: z
        .string()
        .regex(/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i, "a host name such as your-namespace.servicebus.windows.net")
        .optional(),
      REQUEST_QUEUE: z.string().regex(entityName, "the name of a queue").default("swap-requests"),
      EVENT_TOPIC: z.string().regex(entityName, "the name of a topic").default("swap-events"),
      ARM_ENDPOINT: z
        .string()
        .superRefine(reporting(endpointMistake, inAzure))
        .default(publicClouds[0] ?? ""),
      // Compared literally with the claims of a token.
      TOKEN_ISSUER: z.string({ error: "an https URL" }).superRefine(reporting(issuerUrlMistake, inAzure)),
      TOKEN_AUDIENCE: z.string({ error: audience }).regex(audiencePattern, audience),
      AZURE_CLIENT_ID: z
        .guid({ error: "the client id (a GUID) of a managed identity, or nothing" })
        .optional(),
    })
    .refine(isOneConnection, { path: ["ServiceBusConnection"], error: oneConnection, when: () => true })
    .refine((given) => audienceMistakeIn(given) === undefined, {
      path: ["TOKEN_AUDIENCE"],
      error: ({ input }) => audienceMistakeIn(input as Given),
      when: () => true,
    });
}

/** Checked also when other settings are missing or wrong. */
function audienceMistakeIn({ TOKEN_ISSUER = "", TOKEN_AUDIENCE = "" }: Given): string | undefined {
  const url = parseUrl(TOKEN_ISSUER);
  return url && audiencePattern.test(TOKEN_AUDIENCE) ? audienceMistake(TOKEN_AUDIENCE, url) : undefined;
}

function isOneConnection(given: Given): boolean {
  return (
    (given.ServiceBusConnection === undefined) !==
    (given.ServiceBusConnection__fullyQualifiedNamespace === undefined)
  );
}

/** A refinement that reports the mistake in a text, given where the app runs. */
function reporting(mistakeOf: (text: string, inAzure: boolean) => string | undefined, inAzure: boolean) {
  return (text: string, context: { addIssue: (message: string) => void }) => {
    const mistake = mistakeOf(text, inAzure);
    if (mistake !== undefined) context.addIssue(mistake);
  };
}

/** A connection string is a secret: its value is never shown. */
function issueOf(name: Setting, given: Given, expectation: string): Issue {
  const value = given[name];
  const isSecret = name === "ServiceBusConnection" && value !== undefined;
  return { path: name, value: isSecret ? "(not shown)" : formatText(value ?? "nothing", 300), expectation };
}

function endpointMistake(text: string, inAzure: boolean): string | undefined {
  const url = parseUrl(text);
  if (!url) return "an https URL";
  const mistake = hostMistake(url, inAzure);
  if (mistake !== undefined) return mistake;
  if (url.pathname !== "/") return "an endpoint without a path";
  if (isLoopback(url.hostname) || publicClouds.includes(url.origin)) return undefined;
  return `one of ${publicClouds.join(", ")}`;
}

function issuerUrlMistake(text: string, inAzure: boolean): string | undefined {
  const url = parseUrl(text);
  return url ? (hostMistake(url, inAzure) ?? issuerMistake(text, url)) : "an https URL";
}

function parseUrl(value: string): URL | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  return url && ["https:", "http:"].includes(url.protocol) ? url : undefined;
}

/** https everywhere; plain http on loopback only; no loopback in Azure. */
function hostMistake(url: URL, inAzure: boolean): string | undefined {
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "")
    return "a URL without credentials, query and fragment";
  if (isLoopback(url.hostname)) return inAzure ? "no loopback address in Azure" : undefined;
  return url.protocol === "https:" ? undefined : "https: plain http is for loopback only";
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
  file: string | undefined,
  readFile: (path: string) => string,
  inAzure: boolean,
): PairsFile {
  const none = { policies: [], deploymentWindows: new Map(), schedules: [], retention: new Map() };
  if (file === undefined) return { ...none, issues: [] };
  const read = readJson(file, readFile);
  if ("mistake" in read) {
    const expectation = `a readable JSON file (${read.mistake})`;
    return { ...none, issues: [{ path: "PAIRS_FILE", value: formatText(file, 300), expectation }] };
  }
  const { issues, ...parsed } = parsePairsFile(read.content, inAzure);
  const all = [...read.issues, ...issues].map((issue) => ({
    ...issue,
    path: `${file}${issue.path.slice(1)}`,
  }));
  return { ...parsed, issues: all };
}

function readJson(
  file: string,
  readFile: (path: string) => string,
): { readonly content: unknown; readonly issues: readonly Issue[] } | { readonly mistake: string } {
  try {
    // Editors on Windows write a byte order mark, which is not JSON.
    const text = readFile(file).replace(/^\u{feff}/u, "");
    // JSON.parse silently keeps the last of repeated fields.
    const issues = parseJsonText(text)?.issues ?? [];
    return { content: JSON.parse(text) as unknown, issues };
  } catch (fault) {
    // The message quotes the text, and a wrong path may lead to a file of secrets.
    return { mistake: fault instanceof Error ? formatText(fault.message, 200) : "unreadable" };
  }
}
