import type { EntityOptions } from "./queue-entity";

/** Matches on the properties of a message: all that it names must be equal. */
export interface CorrelationFilter {
  readonly [property: string]: unknown;
  readonly applicationProperties?: Readonly<Record<string, unknown>>;
}

interface SubscriptionTopology {
  readonly options: EntityOptions;
  /** A message passes if any filter matches, or if there are none. */
  readonly filters: readonly CorrelationFilter[];
}

export interface Topology {
  readonly queues: ReadonlyMap<string, EntityOptions>;
  readonly topics: ReadonlyMap<
    string,
    {
      readonly duplicateWindowMs?: number;
      readonly subscriptions: ReadonlyMap<string, SubscriptionTopology>;
    }
  >;
}

type Json = Readonly<Record<string, unknown>>;

/** Reads a Config.json in the shape of Microsoft's emulator; throws with every error and its path. */
export function parseTopology(config: unknown): Topology {
  const mistakes: string[] = [];
  const queues = new Map<string, EntityOptions>();
  const topics: Map<
    string,
    { duplicateWindowMs?: number; subscriptions: Map<string, SubscriptionTopology> }
  > = new Map();
  const namespaces = list(object(config)["UserConfig"], "Namespaces");
  if (namespaces.length === 0) mistakes.push("UserConfig.Namespaces: at least one namespace is expected");
  namespaces.forEach((namespace, n) => {
    list(namespace, "Queues").forEach((queue, q) => {
      const path = `UserConfig.Namespaces[${n}].Queues[${q}]`;
      queues.set(
        nameOf(queue, path, mistakes),
        optionsOf(object(object(queue)["Properties"]), `${path}.Properties`, mistakes),
      );
    });
    list(namespace, "Topics").forEach((topic, t) => {
      const path = `UserConfig.Namespaces[${n}].Topics[${t}]`;
      const own = optionsOf(object(object(topic)["Properties"]), `${path}.Properties`, mistakes);
      const subscriptions = new Map<string, SubscriptionTopology>();
      list(topic, "Subscriptions").forEach((subscription, s) => {
        const at = `${path}.Subscriptions[${s}]`;
        const options = optionsOf(object(object(subscription)["Properties"]), `${at}.Properties`, mistakes);
        const filters = list(subscription, "Rules").map((rule, r) =>
          filterOf(rule, `${at}.Rules[${r}]`, mistakes),
        );
        const defaultTtlMs = options.defaultTtlMs ?? own.defaultTtlMs;
        subscriptions.set(nameOf(subscription, at, mistakes), {
          options: { ...options, defaultTtlMs },
          filters,
        });
      });
      topics.set(nameOf(topic, path, mistakes), { duplicateWindowMs: own.duplicateWindowMs, subscriptions });
    });
  });
  for (const name of repeated(namespaces)) mistakes.push(`${name}: two queues or topics have this name`);
  if (mistakes.length > 0) throw new Error(`the Service Bus topology is wrong:\n  ${mistakes.join("\n  ")}`);
  return { queues, topics };
}

const known = [
  "LockDuration",
  "MaxDeliveryCount",
  "DefaultMessageTimeToLive",
  "DeadLetteringOnMessageExpiration",
  "RequiresDuplicateDetection",
  "DuplicateDetectionHistoryTimeWindow",
  "RequiresSession",
  "ForwardTo",
  "ForwardDeadLetteredMessagesTo",
];

function optionsOf(properties: Json, path: string, mistakes: string[]): EntityOptions {
  for (const name of Object.keys(properties)) {
    if (!known.includes(name)) mistakes.push(`${path}.${name}: this broker does not know it`);
  }
  if (properties["RequiresSession"] === true)
    mistakes.push(`${path}.RequiresSession: this broker has no sessions`);
  for (const name of ["ForwardTo", "ForwardDeadLetteredMessagesTo"]) {
    if (properties[name]) mistakes.push(`${path}.${name}: this broker does not forward`);
  }
  const time = (name: string) => durationOf(properties[name], `${path}.${name}`, mistakes);
  const count = properties["MaxDeliveryCount"] ?? 10;
  for (const name of ["RequiresSession", "RequiresDuplicateDetection", "DeadLetteringOnMessageExpiration"]) {
    if (!["boolean", "undefined"].includes(typeof properties[name]))
      mistakes.push(`${path}.${name}: true or false is expected`);
  }
  if (!Number.isInteger(count) || Number(count) < 1)
    mistakes.push(`${path}.MaxDeliveryCount: a whole number from 1 is expected`);
  const window = time("DuplicateDetectionHistoryTimeWindow") ?? 600_000;
  return {
    lockDurationMs: time("LockDuration") ?? 60_000,
    maxDeliveryCount: Number(count),
    defaultTtlMs: time("DefaultMessageTimeToLive"),
    deadLetterOnExpiration: properties["DeadLetteringOnMessageExpiration"] === true,
    duplicateWindowMs: properties["RequiresDuplicateDetection"] === true ? window : undefined,
  };
}

function durationOf(value: unknown, path: string, mistakes: string[]): number | undefined {
  if (value === undefined) return undefined;
  const parts =
    typeof value === "string"
      ? /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(value)
      : null;
  if (!parts) {
    mistakes.push(`${path}: an ISO 8601 duration such as PT1M is expected`);
    return undefined;
  }
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => Number(part || 0));
  const ms = (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
  if (ms === 0) mistakes.push(`${path}: a duration longer than nothing is expected`);
  return ms;
}

const filterable = [
  "applicationProperties",
  "correlationId",
  "messageId",
  "to",
  "replyTo",
  "subject",
  "label",
  "contentType",
];

function filterOf(rule: unknown, path: string, mistakes: string[]): CorrelationFilter {
  const properties = object(object(rule)["Properties"]);
  if (properties["FilterType"] !== "Correlation")
    mistakes.push(`${path}.Properties.FilterType: only Correlation filters are supported`);
  const raw = object(properties["CorrelationFilter"]);
  const entries = Object.entries(raw).map(([name, value]) => {
    const lower = name.charAt(0).toLowerCase() + name.slice(1);
    const property = lower === "properties" ? "applicationProperties" : lower;
    if (!filterable.includes(property))
      mistakes.push(`${path}.Properties.CorrelationFilter.${name}: this broker cannot filter by it`);
    return [property, value] as const;
  });
  return Object.fromEntries(entries);
}

/** Paths ignore case, and a queue and a topic share them. */
function repeated(namespaces: readonly unknown[]): string[] {
  const names = namespaces
    .flatMap((namespace) => [...list(namespace, "Queues"), ...list(namespace, "Topics")])
    .map((entity) => object(entity)["Name"])
    .filter((name) => typeof name === "string");
  const lower = names.map((name) => name.toLowerCase());
  return [...new Set(names.filter((name, at) => lower.indexOf(name.toLowerCase()) !== at))];
}

function nameOf(entity: unknown, path: string, mistakes: string[]): string {
  const name = object(entity)["Name"];
  if (typeof name === "string" && name.length > 0) return name;
  mistakes.push(`${path}.Name: a name is expected`);
  return "";
}

function object(value: unknown): Json {
  return typeof value === "object" && value !== null ? (value as Json) : {};
}

function list(parent: unknown, name: string): readonly unknown[] {
  const value = object(parent)[name];
  return Array.isArray(value) ? value : [];
}
