import { createHash } from "node:crypto";
import { z } from "zod";

/** The form of an operation's addresses: the fault's values, else the scenario's, else Azure's. */
const rules = z.strictObject({
  /** The headers with the addresses. */
  headers: z.enum(["both", "azure-asyncoperation", "location", "none"]).optional(),
  /** Length of each URL, 3,200 as recorded; at least its signature, about 600. */
  characters: z.number().int().min(0).max(30_000).optional(),
  /** A URL is refused after this many newer ones. */
  expiresAfterPolls: z.number().int().min(1).optional(),
  /** A URL is refused after this many seconds. */
  expiresAfter: z.number().min(0).optional(),
  /** Replaces the values above from the second URL on, with another host or another length. */
  later: z
    .strictObject({
      origin: z.string().optional(),
      characters: z.number().int().min(0).max(30_000).optional(),
    })
    .optional(),
});

export const urlRules = rules.shape;
export type UrlRules = z.infer<typeof rules>;

/** The two addresses of an operation: one returns its status in the body, the other as the status code. */
export type AddressKind = "operations" | "operationResults";

/** The parts of an operation that make up its addresses. */
export interface Addressed {
  readonly id: string;
  readonly location: string;
  readonly urls: UrlRules & { readonly origin?: string };
  /** How many generations of URLs were issued so far. */
  issued: number;
}

const NETWORK_API = "2025-05-01";
/** Recorded from Microsoft.Network in July 2026: https://github.com/Azure/azure-cli, test_ddos_custom_policy_attach_to_public_ip.yaml. */
const CHARACTERS = 3_200;
/** Ticks of 100 ns from the year 1 to 1970. */
const EPOCH = 621_355_968_000_000_000n;
const TICKS_PER_MS = 10_000n;

/**
 * The headers with new URLs of an operation, each signed now: `t` is the time, `c` represents a certificate, `s` and
 * `h` are checked on a read.
 */
export function addressHeaders(
  operation: Addressed,
  origin: string,
  path: string,
  now: number,
): Record<string, string> {
  const { headers = "both", later } = operation.urls;
  const isLater = operation.issued > 0;
  const t = ticksOf(now, operation.issued++);
  const host = (isLater ? later?.origin : undefined) ?? operation.urls.origin ?? origin;
  const characters = (isLater ? later?.characters : undefined) ?? operation.urls.characters;
  const urlOf = (kind: AddressKind) => {
    const bare = `${host}${path}/locations/${operation.location}/${kind}/${operation.id}?api-version=${NETWORK_API}`;
    return `${bare}&${signed(kind, operation.id, t, (characters ?? CHARACTERS) - bare.length - 1)}`;
  };
  return {
    ...(headers === "both" || headers === "azure-asyncoperation"
      ? { "azure-asyncoperation": urlOf("operations") }
      : {}),
    ...(headers === "both" || headers === "location" ? { location: urlOf("operationResults") } : {}),
  };
}

/**
 * What is wrong with the query of a read. Azure's answer to an old signature is unknown, and so is whether signatures
 * age: a world may let them.
 */
export function issueAboutQuery(
  operation: Addressed,
  kind: AddressKind,
  query: URLSearchParams,
  now: number,
): "unsigned" | "expired" | undefined {
  const [t, c, s, h] = ["t", "c", "s", "h"].map((name) => query.get(name) ?? "");
  if (!t || !c || !s || !h || !/^\d{18}$/.test(t)) return "unsigned";
  if (`t=${t}&c=${c}&s=${s}&h=${h}` !== signed(kind, operation.id, t, undefined, c.length)) return "unsigned";
  const { expiresAfterPolls = Infinity, expiresAfter = Infinity } = operation.urls;
  const ticks = BigInt(t) - EPOCH;
  const generation = Number(ticks % TICKS_PER_MS);
  const age = (now - Number(ticks / TICKS_PER_MS)) / 1000;
  const newer = operation.issued - 1 - generation;
  return newer >= expiresAfterPolls || age >= expiresAfter ? "expired" : undefined;
}

/** The generation of the URL replaces the fraction of a millisecond. */
function ticksOf(now: number, generation: number): string {
  return String(BigInt(Math.floor(now)) * TICKS_PER_MS + EPOCH + (BigInt(generation) % TICKS_PER_MS));
}

const KEY = "the simulator's own";

/** `t`, `c`, `s` and `h`, with `characters` in all or a `c` of `length`. */
function signed(kind: AddressKind, id: string, t: string, characters = 0, length?: number): string {
  const digest = createHash("sha512").update(`${KEY} ${kind} ${id} ${t}`).digest("base64url");
  const signature = `&s=${digest.repeat(4).slice(0, 342)}&h=${digest.slice(-43)}`;
  const c = length ?? Math.max(SIGNED.length, characters - `t=${t}&c=`.length - signature.length);
  return `t=${t}&c=${certificate().slice(0, c)}${signature}`;
}

/** Occurs in every signature and nowhere else, so that a search for it finds addresses of operations. */
export const SIGNED = "MIIHlDCCBnygAwIBAgIQ";

let text: string | undefined;

/** The longest certificate that is needed, built once. */
function certificate(): string {
  text ??= `${SIGNED}${Array.from({ length: 350 }, (_, n) =>
    createHash("sha512").update(`certificate ${n}`).digest("base64url"),
  ).join("")}`;
  return text;
}
