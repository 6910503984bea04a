import type { OwnProbe } from "./own-file";

/** The answer of the simulated services at a path. */
interface Answer {
  readonly path: string;
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
}

/** Answers that satisfy every probe; expectations of several probes at one path are merged. */
export function answersFor(probes: readonly OwnProbe[]): Answer[] {
  const answers = new Map<string, Answer>();
  for (const { url, incomingUrl = url, expect = {} } of probes) {
    for (const address of new Set([url, incomingUrl])) {
      const path = new URL(address).pathname;
      const answer = answers.get(path) ?? { path };
      answers.set(path, answer);
      if (expect.status !== undefined) answer.status = expect.status;
      const { header, json } = expect;
      if (header && header.matches === undefined)
        answer.headers = { ...answer.headers, [header.name.toLowerCase()]: header.equals ?? "simulated" };
      if (json) answer.body = withValue(answer.body, stepsOf(json.path), json.equals);
    }
  }
  return [...answers.values()];
}

/** The steps of a path: `$.checks[0].status` has checks, 0, status. */
function stepsOf(path: string): (string | number)[] {
  return [...path.matchAll(/\.([\w-]+)|\[(\d+)\]/g)].map(([, name, index]) => name ?? Number(index));
}

function withValue(body: unknown, [step, ...rest]: readonly (string | number)[], value: unknown): unknown {
  if (step === undefined) return value;
  if (typeof step === "number") {
    const list: unknown[] = Array.isArray(body) ? [...(body as unknown[])] : [];
    while (list.length < step) list.push(null);
    list[step] = withValue(list[step], rest, value);
    return list;
  }
  const fields = typeof body === "object" && body !== null && !Array.isArray(body) ? body : {};
  return { ...fields, [step]: withValue((fields as Record<string, unknown>)[step], rest, value) };
}
