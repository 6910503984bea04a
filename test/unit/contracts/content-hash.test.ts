import { contentHashOf } from "../../../src/contracts/content-hash";

test("the hash is the SHA-256 of canonical JSON, whatever the order of members", () => {
  // printf '{"a":1,"b":[2]}' | sha256sum
  const hash = "0855bfc20eb6cfaa4be7d6b510c63dd22997718bddadcb1a4915cec3a16145b9";
  expect(contentHashOf({ a: 1, b: [2] })).toBe(hash);
  expect(contentHashOf({ b: [2], a: 1 })).toBe(hash);
  expect(contentHashOf({ a: 1, b: [3] })).not.toBe(hash);
});
