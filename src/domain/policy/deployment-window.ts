import type { Code } from "../kernel/reason-codes";
import type { SwapRequest } from "../kernel/swap-request";
import { showKnown, formatTime } from "../kernel/time";

/** A time span in milliseconds since the epoch, `to` excluded. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly label?: string;
}

/** Recurring spans: a cron window, a calendar, or one interval. */
export interface Recurrence {
  /** The span that contains `at`; if several do, the one that ends last. */
  covering(at: number): Span | undefined;
  /** The first start after `at`. */
  nextStart(at: number): number | undefined;
}

/** A calendar that cannot be read counts as frozen. */
export type Freeze =
  | { readonly kind: "readable"; readonly spans: Recurrence }
  | { readonly kind: "unreadable"; readonly detail: string };

/** The current rules of one pair. Without `allow`, every time is allowed. */
export interface DeploymentWindowRules {
  readonly allow: readonly Recurrence[];
  readonly deny: readonly Recurrence[];
  readonly freezes: readonly Freeze[];
}

/** Other conditions that close a deployment window: the times of the request, and the reasons of holds. */
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
  /** When this reason ends; absent if unknown. */
  readonly until?: number;
}

/** Whether a swap may start. `closesAt` is set only within 31 days, `nextOpensAt` only within 366; both are exact. */
export type DeploymentWindow =
  | { readonly open: true; readonly closesAt?: number }
  | {
      readonly open: false;
      /** Every reason that applies. */
      readonly reasons: readonly ClosedReason[];
      readonly nextOpensAt?: number;
    };

const DAY_MS = 86_400_000;
const SEARCH_MS = 366 * DAY_MS;
const CLOSING_MS = 31 * DAY_MS;
/** Enough for hourly spans over a whole year. */
const MOST_STEPS = 20_000;

/** Whether the window is open at `at`. If not: why, and when it opens next. */
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

/** Jumps from one latest end to the next, since no time before it can be open. */
function findWindow(rules: DeploymentWindowRules, asked: WindowAsked, from: number): number | undefined {
  let at = from;
  for (let step = 0; step < MOST_STEPS && at - from <= SEARCH_MS; step++) {
    const reasons = reasonsAgainst(rules, asked, at);
    if (reasons.length === 0) return at;
    at = Math.max(...reasons.map(({ until }) => until ?? Infinity));
  }
  return undefined;
}

/** The first closed time after an open one. */
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

/** Windows that overlap or touch count as one. */
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

/** One interval, as a recurrence that does not repeat. */
export function onlyOnce(span: Span): Recurrence {
  return {
    covering: (at) => (span.from <= at && at < span.to ? span : undefined),
    nextStart: (at) => (span.from > at ? span.from : undefined),
  };
}

/** One line: when the window opens, then every reason. `expiresAt` is the expiry of the waiting request. */
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

export function viewWindow(window: DeploymentWindow, timeZone: string, expiresAt?: number) {
  const time = (at: number | undefined) => showKnown(at, timeZone);
  if (window.open) return { open: window.open, closesAt: time(window.closesAt) };
  const reasonOf = ({ code, detail, until }: ClosedReason) => ({ code, detail, until: time(until) });
  const { open, reasons, nextOpensAt } = window;
  return {
    open,
    reasons: reasons.map(reasonOf),
    nextOpensAt: time(nextOpensAt),
    expiresFirst: nextOpensAt === undefined ? time(expiresAt) : undefined,
  };
}
