import type { Invocation } from "./fixtures";
import type { Reply } from "./golden-app";
import { asSet, normalise } from "./normalise";

/** The compared form of a reply. With `anyOrder` the events of a history are a set. */
export function comparableReply({ status, headers, body }: Reply, anyOrder = false): unknown {
  const { historyEvents, ...rest } = (body ?? {}) as { historyEvents?: unknown[] };
  if (!anyOrder || !historyEvents) return normalise({ status, headers, body });
  return [normalise({ status, headers, rest }), asSet(historyEvents)];
}

/** Invocations of one kind, each with its function, in any order. */
export function set(invocations: readonly Invocation[], kind: string): unknown[] {
  return asSet(invocations.filter((each) => each.kind === kind).map(comparable));
}

/** Orchestrator invocations of each instance, in order. */
export function byInstance(invocations: readonly Invocation[]): Record<string, unknown[]> {
  const found: Record<string, unknown[]> = {};
  for (const invocation of invocations) {
    if (invocation.kind !== "orchestrator") continue;
    const { instanceId } = inputOf(invocation) as { instanceId: string };
    (found[String(normalise(instanceId))] ??= []).push(normalise(comparable(invocation)));
  }
  return found;
}

function inputOf({ input, inputText }: Invocation): unknown {
  return input ?? (inputText === undefined ? undefined : (JSON.parse(inputText) as unknown));
}

/** Both sides in one form: the text as sent, the client binding compared with the host's. */
export function comparable(invocation: Invocation): object {
  const { kind, input, inputText, ...rest } = invocation;
  const indent = kind === "orchestrator" || kind === "entity" ? 2 : 0;
  const text =
    kind === "http"
      ? undefined
      : (inputText ?? (input === undefined ? undefined : JSON.stringify(input, null, indent)));
  return {
    ...rest,
    ...(kind === "http" ? { input } : {}),
    ...(text === undefined ? {} : textForm(text, indent)),
  };
}

/** Compares objects and lists as values, and checks that their text is in the host's format. */
function textForm(text: string, indent: number): object {
  if (!/^[[{]/.test(text)) return { text };
  const value = JSON.parse(text) as unknown;
  return { asHostWrites: text === JSON.stringify(value, null, indent), value };
}

/** What orchestrators received, without batches: first invocation, all events, last answer. */
export function gist(invocations: readonly Invocation[]): unknown {
  const orchestrator = invocations.filter((each) => each.kind === "orchestrator");
  const last = orchestrator.at(-1);
  const { history = [] } = (last ? inputOf(last) : {}) as { history?: { EventType: number }[] };
  const events = history.filter(({ EventType }) => ![12, 13].includes(EventType));
  return {
    first: normalise(comparable(orchestrator[0] as Invocation)),
    events: asSet(events.map((event) => ({ ...event, IsPlayed: "" }))),
    answer: normalise(last?.returned),
  };
}

/** Operations of entities and their results, without their batches. */
export function operations(invocations: readonly Invocation[]): unknown {
  const entity = invocations.filter((each) => each.kind === "entity");
  return {
    batch: entity.flatMap((each) => normalise((inputOf(each) as { batch: unknown[] }).batch)),
    results: entity.flatMap((each) => normalise((each.returned as { results: unknown[] }).results)),
    states: normalise((entity.at(-1)?.returned as { entityState?: unknown } | undefined)?.entityState),
  };
}
