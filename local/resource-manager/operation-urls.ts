import { createHash } from "node:crypto";
import { z } from "zod";

/** How the addresses of an operation look; whatever is left out goes as the scenario says, and then as Azure's do. */
const rules = z.strictObject({
  /** Which headers name the operation. */
  headers: z.enum(["both", "azure-asyncoperation", "location", "none"]).optional(),
  /** Characters of each URL, 3,200 as recorded; not fewer than its signature takes, about 600. */
  characters: z.number().int().min(0).max(30_000).optional(),
  /** A URL that so many newer ones have followed is refused. */
  expiresAfterPolls: z.number().int().min(1).optional(),
  /** A URL of so many seconds ago is refused. */
  expiresAfter: z.number().min(0).optional(),
  /** What polls name from the second URL on, in place of the above: another host, or another length. */
  later: z
    .strictObject({
      origin: z.string().optional(),
      characters: z.number().int().min(0).max(30_000).optional(),
    })
    .optional(),
});

export const urlRules = rules.shape;
export type UrlRules = z.infer<typeof rules>;

/** The two addresses of an operation: where its status stands in the body, and where it is the status code. */
export type AddressKind = "operations" | "operationResults";

/** What of an operation its addresses are made from. */
export interface Addressed {
  readonly id: string;
  readonly location: string;
  readonly urls: UrlRules & { readonly origin?: string };
  /** How many generations of URLs were named so far. */
  issued: number;
}

const NETWORK_API = "2025-05-01";
/** Recorded from Microsoft.Network in July 2026: https://github.com/Azure/azure-cli, test_ddos_custom_policy_attach_to_public_ip.yaml. */
const CHARACTERS = 3_200;
/** Ticks of 100 ns from the year 1 to 1970. */
const EPOCH = 621_355_968_000_000_000n;
const TICKS_PER_MS = 10_000n;

/**
 * The headers that name an operation anew, each URL with a signature of this moment: `t` is when it was made, `c` stands
 * for a certificate, `s` and `h` are checked when it is asked.
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
 * What is wrong with the query that an operation is asked by. Nobody knows how Azure answers an old signature, or whether
 * signatures age at all: a world may say that they do.
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

/** The generation of the URL takes the place of what is less than a millisecond. */
function ticksOf(now: number, generation: number): string {
  return String(BigInt(Math.floor(now)) * TICKS_PER_MS + EPOCH + (BigInt(generation) % TICKS_PER_MS));
}

const KEY = "the simulator's own";

/** `t`, `c`, `s` and `h`, so many characters in all or with a `c` of so many. */
function signed(kind: AddressKind, id: string, t: string, characters = 0, length?: number): string {
  const digest = createHash("sha512").update(`${KEY} ${kind} ${id} ${t}`).digest("base64url");
  const signature = `&s=${digest.repeat(4).slice(0, 342)}&h=${digest.slice(-43)}`;
  const c = length ?? Math.max(SIGNED.length, characters - `t=${t}&c=`.length - signature.length);
  return `t=${t}&c=${certificate().slice(0, c)}${signature}`;
}

/** Stands in every signature, and nowhere else: whoever finds it has found the address of an operation. */
export const SIGNED = "MIIHlDCCBnygAwIBAgIQ";

let text: string | undefined;

/** As much of a certificate as anybody asks for: made once. */
function certificate(): string {
  text ??= `${SIGNED}${Array.from({ length: 350 }, (_, n) =>
    createHash("sha512").update(`certificate ${n}`).digest("base64url"),
  ).join("")}`;
  return text;
}
