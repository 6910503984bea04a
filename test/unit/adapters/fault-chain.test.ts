import { createLog } from "../../../src/adapters/console-log";
import { describeFaults } from "../../../src/adapters/fault-chain";

const canary = "k3yC4n4ry";

function lineOf(fault: unknown): string {
  const lines: string[] = [];
  createLog((_level, line) => lines.push(line)).warn("a progress event was lost", { fault });
  return lines.join("\n");
}

test("a fault shows name, code and message of every cause, outermost first", () => {
  const system = Object.assign(new Error("getaddrinfo ENOTFOUND shop.test"), { code: "ENOTFOUND" });
  const middle = new TypeError("no connection", { cause: system });
  expect(describeFaults(new Error("the event was not sent", { cause: middle }))).toBe(
    "Error: the event was not sent; caused by TypeError: no connection; " +
      "caused by Error (ENOTFOUND): getaddrinfo ENOTFOUND shop.test",
  );
});

test("an AggregateError without a message lists its errors, each only once", () => {
  const refused = () => Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
  const all = new AggregateError([refused(), refused(), new Error("too late")]);
  expect(describeFaults(new Error("not sent", { cause: all }))).toBe(
    "Error: not sent; caused by AggregateError; caused by Error (ECONNREFUSED): refused; caused by Error: too late",
  );
});

test("a chain that bites its tail, an endless one and a huge one end", () => {
  const tail = new Error("tail");
  tail.cause = new Error("head", { cause: tail });
  expect(describeFaults(tail)).toBe("Error: tail; caused by Error: head");
  let deep = new Error("0");
  for (let i = 1; i < 10_000; i++) deep = new Error(String(i), { cause: deep });
  expect(describeFaults(deep)).toMatch(/^Error: 9999; .*; caused by Error: 9992; and more$/);
  const wide = new AggregateError(
    Array.from({ length: 10_000 }, (_, i) => new Error(`${i} ${"x".repeat(9_999)}`)),
  );
  expect(describeFaults(wide).length).toBeLessThan(4_000);
});

test.each([
  ["a string", "it is down", "it is down"],
  ["a number", 7, "7"],
  ["an object of no class", { code: "E1" }, "unnamed fault (E1)"],
  [
    "an error of HTTP",
    Object.assign(new Error("no"), { name: "RestError", statusCode: 403 }),
    "RestError (403): no",
  ],
])("describes %s that was thrown", (_what, thrown, described) => {
  expect(describeFaults(thrown)).toBe(described);
});

test.each([
  ["a shared access signature", `https://x.test/a?sp=1&sig=${canary}`],
  ["a shared access key", `Endpoint=sb://x;SharedAccessKeyName=n;SharedAccessKey=${canary}/+=`],
  ["a storage account's key", `AccountName=a;AccountKey=${canary}==`],
  ["a bearer token", `Bearer ${canary}.${canary}`],
  [
    "the signed URL of an operation",
    `https://arm.test/op/1?api-version=1&t=1&c=${canary}&s=${canary}&h=${canary}`,
  ],
  ["a callback with a password", `sb://user:${canary}@x.test/q`],
])("%s in any message of the chain never reaches the log", (_what, secret) => {
  const cause = Object.assign(new Error(`the host said: ${secret}`), { code: `E ${secret}` });
  const line = lineOf(new Error(secret, { cause: new AggregateError([cause], secret) }));
  expect(line).toContain("the host said");
  expect(line).not.toContain(canary);
});

test("of a bug the log has the frames too, in one line", () => {
  const lines: string[] = [];
  const log = createLog((level, line) => lines.push(`${level} ${line}`));
  log.error("a call ended in an unexpected fault", { fault: new RangeError(`out of range\n${canary}`) });
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(
    /^error a call ended in an unexpected fault \{"fault":"RangeError: out of range k3yC4n4ry","stack":"at .*fault-chain/,
  );
});
