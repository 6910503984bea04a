import type { createLocalJWKSet } from "jose";
import { formatText, formatValue } from "../contracts/issues";
import type { Clock } from "../ports/clock";

type FindKey = ReturnType<typeof createLocalJWKSet>;

/** The issuer's keys, or why there are none: `wrong` lasts until settings or issuer change, `unavailable` is temporary. */
export type IssuerKeys =
  | { readonly kind: "found"; readonly find: FindKey }
  | { readonly kind: "wrong"; readonly detail: string }
  | {
      readonly kind: "unavailable";
      readonly detail: string;
      readonly retryMs: number;
      readonly cause?: unknown;
    };

const FRESH_MS = 600_000;
/** Time without requests after a failure. */
const COOLDOWN_MS = { unavailable: 10_000, wrong: 60_000 } as const;
/** Fetches for unknown keys: this many at once, and one more per `RENEWAL_MS`. */
const RENEWALS = 3;
const RENEWAL_MS = 30_000;
const TIMEOUT_MS = 10_000;

/**
 * Caches the keys that an issuer publishes (https://openid.net/specs/openid-connect-discovery-1_0.html) for ten minutes.
 * Fetches one at a time, with a cooldown after each failure. Tokens with unknown keys cause at most three fetches in a
 * row, then one every 30 s.
 */
export class PublishedKeys {
  readonly #issuer: string;
  readonly #clock: Pick<Clock, "monotonic">;
  #keys: { readonly found: Extract<IssuerKeys, { kind: "found" }>; readonly at: number } | undefined;
  #failed: { readonly answer: Failure; readonly until: number } | undefined;
  #fetching: Promise<IssuerKeys> | undefined;
  #renewals = RENEWALS;
  #renewedAt: number;
  /** Key ids that the last fetch did not find. */
  readonly #missing = new Set<string>();

  constructor(issuer: string, clock: Pick<Clock, "monotonic">) {
    this.#issuer = issuer;
    this.#clock = clock;
    this.#renewedAt = clock.monotonic();
  }

  async current(): Promise<IssuerKeys> {
    const now = this.#clock.monotonic();
    if (this.#keys && now < this.#keys.at + FRESH_MS) return this.#keys.found;
    return this.#fetchOnce();
  }

  /**
   * Fetches the keys again, for a token with an unknown key. `unpublished`: a recent fetch did not find the key either.
   * `unavailable`: there were too many fetches.
   */
  async renewed(keyId: string): Promise<IssuerKeys | { readonly kind: "unpublished" }> {
    const now = this.#clock.monotonic();
    if (this.#missing.has(keyId) && this.#keys && now < this.#keys.at + RENEWAL_MS)
      return { kind: "unpublished" };
    if (!this.#fetching && !this.#mayRenew(now)) {
      const retryMs = this.#renewedAt + RENEWAL_MS - now;
      return { kind: "unavailable", detail: "too many tokens with unknown keys", retryMs };
    }
    const keys = await this.#fetchOnce();
    if (keys.kind === "found" && this.#missing.size < 100) this.#missing.add(keyId);
    return keys;
  }

  #mayRenew(now: number): boolean {
    const earned = Math.floor((now - this.#renewedAt) / RENEWAL_MS);
    this.#renewals = Math.min(RENEWALS, this.#renewals + earned);
    this.#renewedAt = this.#renewals === RENEWALS ? now : this.#renewedAt + earned * RENEWAL_MS;
    if (this.#renewals === 0) return false;
    this.#renewals -= 1;
    return true;
  }

  async #fetchOnce(): Promise<IssuerKeys> {
    const now = this.#clock.monotonic();
    if (this.#failed && now < this.#failed.until) {
      const { answer, until } = this.#failed;
      return answer.kind === "unavailable" ? { ...answer, retryMs: until - now } : answer;
    }
    this.#fetching ??= this.#fetch().finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  async #fetch(): Promise<IssuerKeys> {
    const answer = await discover(this.#issuer);
    const at = this.#clock.monotonic();
    if (answer.kind === "found") {
      this.#keys = { found: answer, at };
      this.#failed = undefined;
      this.#missing.clear();
    } else this.#failed = { answer, until: at + COOLDOWN_MS[answer.kind] };
    return answer;
  }
}

type Failure = Exclude<IssuerKeys, { kind: "found" }>;

function wrong(detail: string): Failure {
  return { kind: "wrong", detail };
}

async function discover(issuer: string): Promise<IssuerKeys> {
  const discovery = await getJson(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`);
  if (discovery.kind !== "json") return discovery;
  const { issuer: named, jwks_uri: address } = discovery.json;
  if (named !== issuer)
    return wrong(
      `its discovery document names the issuer ${formatValue(named, 200)}, but TOKEN_ISSUER is "${issuer}"`,
    );
  if (typeof address !== "string" || !isAsSafe(address, issuer))
    return wrong(`its discovery document has no https address for keys: ${formatValue(address, 200)}`);
  const keys = await getJson(address);
  if (keys.kind !== "json") return keys;
  const { createLocalJWKSet } = await import("jose");
  try {
    return {
      kind: "found",
      find: createLocalJWKSet(keys.json as unknown as Parameters<typeof createLocalJWKSet>[0]),
    };
  } catch {
    return wrong("its published keys are not a JSON Web Key Set");
  }
}

/** Plain http is allowed only if the issuer itself uses it (on loopback). */
function isAsSafe(address: string, issuer: string): boolean {
  if (!URL.canParse(address)) return false;
  return ["https:", new URL(issuer).protocol].includes(new URL(address).protocol);
}

type JsonReply = Failure | { readonly kind: "json"; readonly json: Readonly<Record<string, unknown>> };

/** An unusable answer is `wrong`; no answer, or a server error, is `unavailable`. */
async function getJson(url: string): Promise<JsonReply> {
  const unavailable = (detail: string, cause?: unknown) =>
    ({ kind: "unavailable", detail, retryMs: COOLDOWN_MS.unavailable, cause }) as const;
  const place = formatText(url.split("?")[0] ?? "", 200);
  let text: string;
  try {
    const reply = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (reply.status >= 500 || [408, 429].includes(reply.status))
      return unavailable(`${place} answers ${reply.status}`);
    if (reply.status !== 200) return wrong(`${place} answers ${reply.status}`);
    text = await reply.text();
  } catch (cause) {
    return unavailable(`${place} cannot be reached`, cause);
  }
  try {
    const json = JSON.parse(text) as unknown;
    if (typeof json === "object" && json !== null)
      return { kind: "json", json: json as Record<string, unknown> };
  } catch {
    // Reported below.
  }
  return wrong(`${place} does not answer a JSON object`);
}
