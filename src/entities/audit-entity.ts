import { type EntityContext, EntityId } from "durable-functions";
import { addToAudit, type AuditEntry, auditKey, type AuditPage, auditPageOf } from "../domain/audit/chain";

/** One page of an audit chain, keyed by chain and page. Operation `append` takes an `AuditEntry`. Never purged. */
export function auditEntity(context: EntityContext<AuditPage>): void {
  const entry = context.df.getInput<AuditEntry>();
  if (context.df.operationName !== "append" || !entry) return;
  context.df.setState(addToAudit(context.df.getState(), entry));
}

/** Sends entries to their pages, in the same step as the state change they record. */
export function recordAll<T>(context: EntityContext<T>, chain: string, entries: readonly AuditEntry[]): void {
  for (const entry of entries) {
    const page = new EntityId("audit", auditKey(chain, auditPageOf(entry.n)));
    context.df.signalEntity(page, "append", entry);
  }
}
