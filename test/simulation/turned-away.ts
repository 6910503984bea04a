import { START } from "./start";
import type { Of } from "./timeline";

/** What was sent and what was told, as far as this rule looks. */
interface Told {
  readonly sent: readonly Of<"sent">[];
  readonly published: readonly Of<"published">[];
}

/**
 * Whether a request was turned away for having expired when it came, and that by a clock that may be wrong by so much: it
 * gets no outcome.
 */
export function isTurnedAway({ sent, published }: Told, request: string, wrongMs: number): boolean {
  const expiry = sent
    .filter((each) => each.request === request)
    .map(({ content }) => Date.parse(/"expiresAt":"([^"]+)"/.exec(content)?.[1] ?? ""))
    .find((at) => !Number.isNaN(at));
  return published.some(
    ({ at, type, request: told, code }) =>
      type === "request.not-accepted" &&
      told === request &&
      code === "request-expired" &&
      expiry !== undefined &&
      START + at + wrongMs >= expiry,
  );
}
