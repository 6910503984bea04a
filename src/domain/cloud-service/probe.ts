import { truncate } from "../kernel/truncate";
import { cleanText } from "../kernel/untrusted-text";
import type { RoleStateCheck } from "./readiness";

/** The expected answer. Without `status`, any 2xx is accepted. */
export interface ProbeExpectation {
  readonly status?: number;
  /** `matches` is a regular expression. Without `equals` and `matches`, the header only has to exist. */
  readonly header?: { readonly name: string; readonly equals?: string; readonly matches?: string };
  /** `path` such as `$.checks[0].status`. */
  readonly json?: { readonly path: string; readonly equals: string | number | boolean | null };
  readonly maxLatencyMs?: number;
}

/** One HTTP GET that checks whether a release works. */
export interface Probe {
  readonly name: string;
  /** The address of production, which does not change with a swap. */
  readonly url: string;
  /** The address of staging: the incoming service before the swap, the outgoing one after it. */
  readonly incomingUrl?: string;
  readonly expect: ProbeExpectation;
  readonly timeoutMs: number;
}

/** Header names are in lower case. `none`: nothing could be measured. */
export type ProbeAnswer =
  | {
      readonly kind: "answered";
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
      readonly latencyMs: number;
    }
  | { readonly kind: "none"; readonly detail: string };

/** `failure`: a wrong answer. `error`: no measurement, which says nothing about the release. */
export interface ProbeResult {
  readonly name: string;
  readonly verdict: "pass" | "failure" | "error";
  /** At most 160 characters, without bodies and URLs. */
  readonly detail: string;
}

const DETAIL_LENGTH = 160;
const VALUE_LENGTH = 40;
/** Longer header values are cut before a pattern sees them. */
const HEADER_LENGTH = 1_000;

/** Judges one answer and reports every mismatch. */
export function judgeProbe(
  { name, expect }: Pick<Probe, "name" | "expect">,
  answer: ProbeAnswer,
): ProbeResult {
  if (answer.kind === "none")
    return { name, verdict: "error", detail: shortened(answer.detail, DETAIL_LENGTH) };
  const mismatches = [
    ...statusMismatch(expect, answer.status),
    ...headerMismatch(expect, answer.headers),
    ...jsonMismatch(expect, answer.body),
    ...latencyMismatch(expect, answer.latencyMs),
  ];
  if (mismatches.length > 0)
    return { name, verdict: "failure", detail: shortened(mismatches.join("; "), DETAIL_LENGTH) };
  return { name, verdict: "pass", detail: `status ${answer.status} in ${Math.round(answer.latencyMs)} ms` };
}

function statusMismatch({ status: expected }: ProbeExpectation, status: number): string[] {
  const isExpected = expected === undefined ? status >= 200 && status < 300 : status === expected;
  return isExpected ? [] : [`status is ${status}, not ${expected ?? "2xx"}`];
}

function headerMismatch({ header }: ProbeExpectation, headers: Readonly<Record<string, string>>): string[] {
  if (!header) return [];
  const { name, equals, matches } = header;
  const found = Object.entries(headers).find(([key]) => key === name.toLowerCase());
  const value = found?.[1].slice(0, HEADER_LENGTH);
  if (value === undefined) return [`header ${name} is missing`];
  if (equals !== undefined && value !== equals)
    return [`header ${name} is ${describe(value)}, not ${describe(equals)}`];
  if (matches !== undefined && !new RegExp(matches).test(value))
    return [`header ${name} is ${describe(value)} and does not match`];
  return [];
}

function jsonMismatch({ json }: ProbeExpectation, body: string): string[] {
  if (!json) return [];
  let document: unknown;
  try {
    document = JSON.parse(body);
  } catch {
    return ["the body is not JSON"];
  }
  const value = valueAt(document, json.path);
  return value === json.equals ? [] : [`${json.path} is ${describe(value)}, not ${describe(json.equals)}`];
}

function latencyMismatch({ maxLatencyMs }: ProbeExpectation, latencyMs: number): string[] {
  return maxLatencyMs === undefined || latencyMs <= maxLatencyMs
    ? []
    : [`it took ${Math.round(latencyMs)} ms, more than ${maxLatencyMs} ms`];
}

function valueAt(document: unknown, path: string): unknown {
  const steps = path.match(/[^.[\]$]+/g) ?? [];
  return steps.reduce<unknown>((value, step) => {
    const isHolder = typeof value === "object" && value !== null && Object.hasOwn(value, step);
    return isHolder ? (value as Readonly<Record<string, unknown>>)[step] : undefined;
  }, document);
}

/** Shows short scalars only, never the content of lists and objects. */
function describe(value: unknown): string {
  if (value === undefined) return "missing";
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "a list" : "an object";
  return shortened(JSON.stringify(value), VALUE_LENGTH);
}

function shortened(text: string, length: number): string {
  return truncate(cleanText(text), length);
}

/** Whether a probe also measures the incoming service before the swap. */
export function probesIncoming(probe: Probe): probe is Probe & { readonly incomingUrl: string } {
  return probe.incomingUrl !== undefined;
}

/** The probes that did not pass, in one line; empty if all passed. */
export function describeTrouble(results: readonly ProbeResult[]): string {
  return results
    .filter((result) => result.verdict !== "pass")
    .map(({ name, verdict, detail }) =>
      verdict === "error" ? `probe ${name} could not be measured: ${detail}` : `probe ${name}: ${detail}`,
    )
    .join("; ");
}

/** Adds the probes of the incoming side to its role-state check: ready only if all of them pass. */
export function withProbes(check: RoleStateCheck, results: readonly ProbeResult[]): RoleStateCheck {
  const trouble = describeTrouble(results);
  if (trouble === "") return check;
  const verdict = check.verdict === "ready" ? "not-yet" : check.verdict;
  return {
    ...check,
    verdict,
    problems: [trouble, ...check.problems],
    summary: `${trouble}, ${check.summary}`.slice(0, 700),
  };
}
