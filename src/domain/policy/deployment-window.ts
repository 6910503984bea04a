import type { Code } from "../kernel/reason-codes";
import type { SwapRequest } from "../kernel/swap-request";
import { showKnown, formatTime } from "../kernel/time";

/** A stretch of time, `to` not included; milliseconds since the epoch. */
export interface Span {
  readonly from: number;
  readonly to: number;
  /** What it is, for people. */
  readonly label?: string;
}

/** Spans that come again, as the domain sees them: a cron window, a calendar, one interval. */
export interface Recurrence {
  /** The span that contains `at`; of several the one that ends last. */
  covering(at: number): Span | undefined;
  /** The first start after `at`. */
  nextStart(at: number): number | undefined;
}

/** A feed that cannot be read counts as frozen. */
export type Freeze =
  | { readonly kind: "readable"; readonly spans: Recurrence }
  | { readonly kind: "unreadable"; readonly detail: string };

/** The rules of one pair as they stand now; `allow` empty: every time is allowed. */
export interface DeploymentWindowRules {
  readonly allow: readonly Recurrence[];
  readonly deny: readonly Recurrence[];
  readonly freezes: readonly Freeze[];
}

/** What else closes a deployment window: the request's own bounds, and holds with their reasons. */
export interface WindowAsked extends Pick<SwapRequest, "notBefore" | "expiresAt"> {
  readonly holds: readonly string[];
}

export type ClosedCode = Extract<
  Code,
  | "not-before"
  | "request-expired"
  | "outside-window"
  | "denied-window"
  | "frozen"
  | "freeze-unreadable"
  | "on-hold"
  | "pair-removed"
>;

export interface ClosedReason {
  readonly code: ClosedCode;
  readonly detail: string;
  /** When this reason ends; absent when nobody can tell. */
  readonly until?: number;
}

/** Whether policy lets a swap start. `closesAt` only when within 31 days, `nextOpensAt` only when within 366; both exact. */
export type DeploymentWindow =
  | { readonly open: true; readonly closesAt?: number }
  | {
      readonly open: false;
      /** All of them at once. */
      readonly reasons: readonly ClosedReason[];
      readonly nextOpensAt?: number;
    };

const DAY_MS = 86_400_000;
const SEARCH_MS = 366 * DAY_MS;
const CLOSING_MS = 31 * DAY_MS;
/** Spans that follow each other for a whole year by the hour need fewer. */
const MOST_STEPS = 20_000;

/** Answers "open at `at`? if not, why, and when next?". */
export function decideWindow(rules: DeploymentWindowRules, asked: WindowAsked, at: number): DeploymentWindow {
  const reasons = reasonsAgainst(rules, asked, at);
  if (reasons.length > 0) return { open: false, reasons, nextOpensAt: findWindow(rules, asked, at) };
  return { open: true, closesAt: findClosing(rules, asked, at) };
}

function reasonsAgainst(
  rules: DeploymentWindowRules,
  asked: WindowAsked,
  at: number,
): readonly ClosedReason[] {
  const { notBefore = -Infinity, expiresAt = Infinity, holds } = asked;
  return [
    ...(at < notBefore
      ? [{ code: "not-before", detail: "the request asks for a later time", until: notBefore } as const]
      : []),
    ...(at >= expiresAt ? [{ code: "request-expired", detail: "the request has expired" } as const] : []),
    ...outsideWindows(rules.allow, at),
    ...rules.deny.flatMap((deny) => coveredBy(deny, "denied-window", "a denied window is on", at)),
    ...rules.freezes.flatMap((freeze) =>
      freeze.kind === "readable"
        ? coveredBy(freeze.spans, "frozen", "a freeze is on", at)
        : [{ code: "freeze-unreadable", detail: freeze.detail } as const],
    ),
    ...holds.map((detail) => ({ code: "on-hold", detail }) as const),
  ];
}

function outsideWindows(allow: readonly Recurrence[], at: number): ClosedReason[] {
  if (allow.length === 0 || allow.some((window) => window.covering(at))) return [];
  const until = earliest(allow.map((window) => window.nextStart(at)));
  return [{ code: "outside-window", detail: "no allowed window is on", until }];
}

function coveredBy(
  spans: Recurrence,
  code: "denied-window" | "frozen",
  standard: string,
  at: number,
): ClosedReason[] {
  const span = spans.covering(at);
  return span ? [{ code, detail: span.label ?? standard, until: span.to }] : [];
}

/** Goes from the last reason's end to the next: no moment before it can be open. */
function findWindow(rules: DeploymentWindowRules, asked: WindowAsked, from: number): number | undefined {
  let at = from;
  for (let step = 0; step < MOST_STEPS && at - from <= SEARCH_MS; step++) {
    const reasons = reasonsAgainst(rules, asked, at);
    if (reasons.length === 0) return at;
    at = Math.max(...reasons.map(({ until }) => until ?? Infinity));
  }
  return undefined;
}

/** The first moment after an open one that is closed. */
function findClosing(
  { allow, deny, freezes }: DeploymentWindowRules,
  { expiresAt }: WindowAsked,
  at: number,
): number | undefined {
  const closing = [...deny, ...freezes.flatMap((f) => (f.kind === "readable" ? [f.spans] : []))];
  const ends = allow.length === 0 ? [] : [endOfWindows(allow, at)];
  const next = earliest([expiresAt, ...ends, ...closing.map((spans) => spans.nextStart(at))]) ?? Infinity;
  return next - at <= CLOSING_MS ? next : undefined;
}

/** Windows that overlap or touch are one stretch. */
function endOfWindows(allow: readonly Recurrence[], from: number): number {
  let at = from;
  for (let step = 0; step < MOST_STEPS && at - from <= CLOSING_MS; step++) {
    const ends = allow.flatMap((window) => window.covering(at)?.to ?? []);
    if (ends.length === 0) return at;
    at = Math.max(...ends);
  }
  return at;
}

function earliest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.flatMap((time) => time ?? []);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** One interval as a recurrence that never comes again. */
export function onlyOnce(span: Span): Recurrence {
  return {
    covering: (at) => (span.from <= at && at < span.to ? span : undefined),
    nextStart: (at) => (span.from > at ? span.from : undefined),
  };
}

/** A deployment window for people, in one line: what comes next first, then every reason. `expiresAt`: of the request that waits for it. */
export function describeWindow(window: DeploymentWindow, timeZone: string, expiresAt?: number): string {
  const time = (at: number) => formatTime(at, timeZone);
  if (window.open) return `open${window.closesAt === undefined ? "" : ` until ${time(window.closesAt)}`}`;
  const unknown =
    expiresAt === undefined
      ? "next deployment window unknown"
      : `no deployment window before the request expires ${time(expiresAt)}`;
  const next = window.nextOpensAt === undefined ? unknown : `opens ${time(window.nextOpensAt)}`;
  const reasons = window.reasons.map(({ code, detail, until }) => {
    const end = until === undefined ? "" : `, until ${time(until)}`;
    return `${code} (${detail}${end})`;
  });
  return `${next}; closed: ${reasons.join("; ")}`;
}

/** A deployment window as the HTTP API shows it. */
export function viewWindow(window: DeploymentWindow, timeZone: string, expiresAt?: number) {
  const time = (at: number | undefined) => showKnown(at, timeZone);
  if (window.open) return { open: window.open, closesAt: time(window.closesAt) };
  const reasonOf = ({ code, detail, until }: ClosedReason) => ({ code, detail, until: time(until) });
  const { open, reasons, nextOpensAt } = window;
  return {
    open,
    reasons: reasons.map(reasonOf),
    nextOpensAt: time(nextOpensAt),
    // No deployment window is known that comes before it.
    expiresFirst: nextOpensAt === undefined ? time(expiresAt) : undefined,
  };
}
