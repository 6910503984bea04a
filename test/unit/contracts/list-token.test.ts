import * as fc from "fast-check";
import { listToken, parseListToken } from "../../../src/contracts/list-token";

const entry = fc.record({
  requestId: fc.stringMatching(/^[A-Za-z0-9-]{1,100}$/),
  at: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
});

test("a token has the position that it was made from", () => {
  fc.assert(
    fc.property(entry, (each) => {
      expect(parseListToken(listToken(each))).toEqual(each);
    }),
  );
});

test("a text that is not a token has no position, and no two tokens are the same", () => {
  const token = listToken({ requestId: "r-1", at: 7 });
  const wrong = [
    ...["", "x", "~~~", `${token}A`, `${token}=`, ` ${token}`, token.slice(1), "AAAA".repeat(1_000)],
    ...["07 r-1", "7  r-1", "7 r_1", "-7 r-1", "7 ", " r-1", "1e3 r-1", `7 ${"r".repeat(101)}`].map((text) =>
      Buffer.from(text).toString("base64url"),
    ),
  ];
  expect(wrong.filter((text) => parseListToken(text) !== undefined)).toEqual([]);
});
