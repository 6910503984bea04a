import fc from "fast-check";
import { createHash } from "node:crypto";
import { digest } from "../../../../src/adapters/digest";
import {
  addToAudit,
  anchorOf,
  appendNotes,
  AUDIT_PAGE_SIZE,
  type AuditEntry,
  auditKey,
  type AuditNote,
  type AuditPage,
  auditPageOf,
  type ChainHead,
  chainTo,
  emptyChain,
  pairChain,
  promotionChain,
} from "../../../../src/domain/audit/chain";
import { canonicalJson } from "../../../../src/domain/kernel/canonical-json";
import { reason } from "../../../../src/domain/kernel/reason-codes";
import { auditStep } from "../../../../src/domain/pair/audit";
import type { PairOperation } from "../../../../src/domain/pair/pair";
import { keyOf, SHOP } from "../../../support/observations";
import { runs } from "../../../support/runs";

const sha256 = (text: string) => createHash("sha256").update(text, "utf8").digest("hex");

const note = (who: string): AuditNote => ({ at: "2026-12-01T00:00:00Z", what: "voted", who });

test("a hash covers the chain's name, the hash before and the entry, as canonical JSON", () => {
  const { entries } = appendNotes("c", undefined, ["ann", "bob", "cid"].map(note), sha256);
  entries.forEach(({ hash, ...entry }, i) => {
    const previous = entries[i - 1]?.hash ?? "";
    expect(hash).toBe(sha256(canonicalJson({ in: "c", previous, entry })));
  });
});

test("the same notes have other hashes in another chain", () => {
  const heads = [pairChain(SHOP), pairChain(keyOf("till")), promotionChain("shop")].map(
    (name) => appendNotes(name, undefined, [note("ann")], sha256).head?.head,
  );
  expect(new Set(heads).size).toBe(3);
});

test("an empty chain has no entries and no hash, and continues like a new chain", () => {
  expect(emptyChain).toEqual({ entries: 0, head: "" });
  expect(appendNotes("c", emptyChain, [note("ann")], sha256)).toEqual(
    appendNotes("c", undefined, [note("ann")], sha256),
  );
  expect(appendNotes("c", undefined, [], sha256)).toEqual({ head: undefined, entries: [] });
});

test("a page is keyed by its chain and its number", () => {
  expect(auditKey(pairChain(SHOP), 3)).toBe("pair-shop-3");
});

test("a page keeps each entry once, in order, and stays under 16 KiB", () => {
  const hold: PairOperation = {
    ...{ kind: "hold", id: "q" },
    hold: {
      ...{ id: "h".repeat(105), at: 1, requestId: "r".repeat(100) },
      reason: reason("outcome-unproved", "y".repeat(2_000)),
    },
  };
  const [first] = auditStep(SHOP, undefined, hold, sha256).entries;
  const longest = { ...first!, who: "w".repeat(120), oid: "o".repeat(36), planHash: "p".repeat(64) };
  const entries = Array.from({ length: AUDIT_PAGE_SIZE }, (_, i) => ({ ...longest, n: i + 1 }));
  const page = [...entries, ...entries]
    .reverse()
    .reduce<AuditPage | undefined>((before, entry) => addToAudit(before, entry), undefined);
  expect(page?.entries.map(({ n }) => n)).toEqual(entries.map(({ n }) => n));
  expect(JSON.stringify(page).length).toBeLessThan(16 * 1_024);
  expect([1, AUDIT_PAGE_SIZE, AUDIT_PAGE_SIZE + 1].map(auditPageOf)).toEqual([0, 0, 1]);
});
const append = (head: ChainHead | undefined, ...who: readonly string[]) =>
  appendNotes("c", head, who.map(note), digest);
const names = (entries: readonly AuditEntry[] | undefined) => entries?.map(({ who }) => who);
const pageOf = (entries: readonly AuditEntry[]) =>
  entries.reduce<AuditPage | undefined>(addToAudit, undefined)?.entries ?? [];

test("of two entries with one number, the one that leads to the end is read", () => {
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

test("every part of a chain is found although entries were lost on the way", () => {
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

test("a missing number is reported, and a changed chain is shown as it is", () => {
  const { entries, head } = append(undefined, "ann", "bob", "cid");
  expect(chainTo("c", { after: 0, end: head! }, pageOf(entries.slice(0, 2)), digest)).toBeUndefined();
  expect(chainTo("c", { after: 0, end: head! }, pageOf(entries.slice(1)), digest)).toBeUndefined();
  const forged = entries.map((entry) => (entry.n === 2 ? { ...entry, who: "mallory" } : entry));
  const found = chainTo("c", { after: 0, end: head! }, pageOf(forged), digest);
  expect([names(found?.entries), found?.isLinked]).toEqual([["ann", "mallory", "cid"], false]);
});
