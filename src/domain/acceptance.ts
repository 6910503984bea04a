import type { PromotionState } from "./promotion";

/** What accepting a request comes to, judged from its ledger entry. */
export type Acceptance =
  | "new"
  /** Known with the same content, without an outcome: its run goes on. */
  | "live"
  /** Known with the same content and concluded: its event is told again. */
  | "concluded"
  /** Known with other content. */
  | "conflict";

export function decideAcceptance(ledger: PromotionState | undefined, contentHash: string): Acceptance {
  if (!ledger) return "new";
  if (ledger.contentHash !== contentHash) return "conflict";
  return ledger.conclusion ? "concluded" : "live";
}
