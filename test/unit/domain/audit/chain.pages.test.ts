import fc from "fast-check";
import { digest } from "../../../../src/adapters/digest";
import {
  addToAudit,
  anchorOf,
  appendNotes,
  type AuditEntry,
  type AuditPage,
  type ChainHead,
  chainTo,
  emptyChain,
} from "../../../../src/domain/audit/chain";
import { runs } from "../../../support/runs";

/**
 * A host may die when decisions have left for their page and the state that took them is not stored: others are decided in
 * their place, under the same numbers. What was lost must never stand in for what was decided.
 */
const note = (who: string) => ({ at: "2026-12-01T00:00:00Z", what: "voted", who }) as const;
const append = (head: ChainHead | undefined, ...who: readonly string[]) =>
  appendNotes("c", head, who.map(note), digest);
const names = (entries: readonly AuditEntry[] | undefined) => entries?.map(({ who }) => who);
const pageOf = (entries: readonly AuditEntry[]) =>
  entries.reduce<AuditPage | undefined>(addToAudit, undefined)?.entries ?? [];

test("of two decisions under one number the one that led to the end is told, whichever came first", () => {
  const before = append(undefined, "ann");
  const lost = append(before.head, "bob");
  const stored = append(before.head, "cid", "bob");
  for (const arrived of [
    [...before.entries, ...lost.entries, ...stored.entries],
    [...stored.entries, ...lost.entries, ...before.entries],
  ]) {
    const found = chainTo("c", { after: 0, end: stored.head! }, pageOf(arrived), digest);
    expect([names(found?.entries), found?.isLinked]).toEqual([["ann", "cid", "bob"], true]);
  }
});

const anyHistory = fc.array(
  fc.record({ decided: fc.integer({ min: 1, max: 3 }), lost: fc.integer({ min: 0, max: 3 }) }),
  { minLength: 1, maxLength: 8 },
);

test("whatever is lost on the way, every part of the chain is found, from its end and from the first sure number after it", () => {
  fc.assert(
    fc.property(anyHistory, fc.nat(), fc.nat(), fc.func(fc.integer()), (history, a, b, order) => {
      let head: ChainHead | undefined;
      const stored: AuditEntry[] = [];
      const sent: AuditEntry[] = [];
      history.forEach(({ decided, lost }, i) => {
        sent.push(...append(head, ...Array.from({ length: lost }, (_, n) => `lost ${i} ${n}`)).entries);
        const step = append(head, ...Array.from({ length: decided }, (_, n) => `${i} ${n}`));
        head = step.head;
        stored.push(...step.entries);
        sent.push(...step.entries);
      });
      const kept = pageOf([...sent].sort((x, y) => order(x.hash) - order(y.hash)));
      const end = head ?? emptyChain;
      const last = 1 + (a % stored.length);
      const after = b % last;
      const anchor = anchorOf(last, end, kept) ?? end;
      const found = chainTo("c", { after, end: anchor }, kept, digest);
      expect(found?.isLinked).toBe(true);
      expect(found?.entries.filter(({ n }) => n <= last)).toEqual(stored.slice(after, last));
    }),
    { numRuns: runs(300) },
  );
});

test("a number that has not come yet is missing, and a chain that was tampered with is told as it stands", () => {
  const { entries, head } = append(undefined, "ann", "bob", "cid");
  expect(chainTo("c", { after: 0, end: head! }, pageOf(entries.slice(0, 2)), digest)).toBeUndefined();
  expect(chainTo("c", { after: 0, end: head! }, pageOf(entries.slice(1)), digest)).toBeUndefined();
  const forged = entries.map((entry) => (entry.n === 2 ? { ...entry, who: "mallory" } : entry));
  const found = chainTo("c", { after: 0, end: head! }, pageOf(forged), digest);
  expect([names(found?.entries), found?.isLinked]).toEqual([["ann", "mallory", "cid"], false]);
});
