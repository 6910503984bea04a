import { followOperation } from "../../../src/activities/follow-operation";
import type { OperationAddress, OperationRead } from "../../../src/domain/swap/attempt";
import type { Ports } from "../../../src/ports/ports";
import { createFakePorts } from "../../support/fake-ports";

const secret = "s".repeat(12_000);
const at = (n: number): OperationAddress => ({
  url: `https://management.azure.com/operations/1?n=${n}&s=${secret}`,
  style: "azure-async-operation",
});

/** An operation whose address is kept, answering what is given, one read after another. */
function kept(...reads: readonly OperationRead[]) {
  const fake = createFakePorts();
  const asked: OperationAddress[] = [];
  const warned: unknown[] = [];
  const cloudServices = {
    ...fake.cloudServices,
    readOperation: (address: OperationAddress) => {
      asked.push(address);
      return Promise.resolve(reads[asked.length - 1]!);
    },
  };
  fake.operationStates.set("nonce", { v: 1, n: 0, at: at(0) });
  const log = { ...fake.log, warn: (...line: unknown[]) => warned.push(line) };
  const ports: Ports = { ...fake, cloudServices, log };
  return {
    fake,
    ports,
    asked,
    warned,
    follow: () => followOperation({ nonce: "nonce", named: true }, ports),
  };
}

test("every poll uses the newest address, which is kept whole and never reported", async () => {
  const { follow, asked, fake } = kept(
    { kind: "running", retryAfterMs: 5, newest: at(1) },
    { kind: "running" },
    { kind: "running", newest: at(2) },
    { kind: "succeeded" },
  );
  const seen = [await follow(), await follow(), await follow(), await follow()];
  expect(asked).toEqual([at(0), at(1), at(1), at(2)]);
  expect(seen).toEqual([
    { kind: "running", retryAfterMs: 5 },
    { kind: "running" },
    { kind: "running" },
    { kind: "succeeded" },
  ]);
  expect(JSON.stringify([...fake.operationStates])).not.toContain(secret);
});

test("a later call gets the stored end, without another poll", async () => {
  const failed = { kind: "failed", code: "Boom", detail: "d" } as const;
  const { follow, asked } = kept(failed);
  expect([await follow(), await follow()]).toEqual([failed, failed]);
  expect(asked).toHaveLength(1);
});

test("an operation that cannot be read keeps its address for the next poll", async () => {
  const unreadable = { kind: "unreadable", detail: "HTTP 403" } as const;
  const { follow, asked } = kept(unreadable, { kind: "succeeded" });
  expect([await follow(), await follow()]).toEqual([unreadable, { kind: "succeeded" }]);
  expect(asked).toEqual([at(0), at(0)]);
});

test("a new address that cannot be followed is a finding, in the answer and in the log", async () => {
  const { follow, asked, warned } = kept({ kind: "running", detail: "too long" }, { kind: "running" });
  expect(await follow()).toEqual({ kind: "running", detail: "too long" });
  await follow();
  expect(asked).toEqual([at(0), at(0)]);
  expect(JSON.stringify(warned)).toContain("too long");
});

test("a named address not seen yet is pending; without one there is nothing to poll", async () => {
  const { ports } = kept();
  expect(await followOperation({ nonce: "other", named: true }, ports)).toEqual({ kind: "pending" });
  expect(await followOperation({ nonce: "other", named: false }, ports)).toEqual({ kind: "unnamed" });
});

test("unreadable storage decides nothing; what cannot be written is learned again", async () => {
  const { ports, follow, fake } = kept({ kind: "running", newest: at(1) }, { kind: "succeeded" });
  const broken = () => Promise.reject(new Error("storage is down"));
  const unread = { ...ports, operations: { ...fake.operations, read: broken } };
  expect(await followOperation({ nonce: "nonce", named: false }, unread)).toEqual({ kind: "pending" });
  const unwritten = { ...ports, operations: { ...fake.operations, signal: broken } };
  expect(await followOperation({ nonce: "nonce", named: true }, unwritten)).toEqual({ kind: "running" });
  expect(await follow()).toEqual({ kind: "succeeded" });
});
