import fc from "fast-check";
import { contentHashOf } from "../../../../src/contracts/content-hash";
import { asAccepted, pairIdentity, pairKeyOf, sideNow } from "../../../../src/domain/kernel/pair-key";
import { otherSide } from "../../../../src/domain/kernel/swap-request";
import { aPolicy, idOf } from "../../../support/observations";

const [blue, green] = [idOf("blue"), idOf("green")];
const key = (pair: { blue: string; green: string }) => pairKeyOf(pair, contentHashOf);

test("the key depends on the two services, not on their order or the case of their ids", () => {
  const those = [
    { blue: green, green: blue },
    { blue: blue.toUpperCase(), green },
    { blue, green: green.replace("resourceGroups", "resourcegroups") },
  ];
  for (const pair of those) expect(key(pair)).toBe(key({ blue, green }));
  expect(key({ blue, green })).toMatch(/^[0-9a-f]{32}$/);
});

test("another service on either side is another pair, and ids never run together", () => {
  const third = idOf("blue").replace("shop", "till");
  const all = [
    { blue, green },
    { blue, green: third },
    { blue: third, green },
    { blue: `${blue} ${green}`, green: "" },
    { blue: `${blue}","${green}`, green: "" },
  ];
  expect(new Set(all.map(key)).size).toBe(all.length);
});

test("blue stays the service that was blue, whatever the file calls it later", () => {
  fc.assert(
    fc.property(fc.boolean(), fc.boolean(), fc.boolean(), (exchangedThen, exchangedNow, shouts) => {
      const policy = aPolicy();
      const exchange = { ...policy, blue: policy.green, green: policy.blue };
      const then = exchangedThen ? exchange : policy;
      const plain = exchangedNow ? exchange : policy;
      const now = shouts ? { ...plain, blue: plain.blue.toUpperCase() } : plain;
      const meant = asAccepted(now, pairIdentity(then));
      expect([meant.blue.toLowerCase(), meant.green.toLowerCase()]).toEqual([
        then.blue.toLowerCase(),
        then.green.toLowerCase(),
      ]);
      const isExchanged = exchangedThen !== exchangedNow;
      expect(sideNow("blue", now, pairIdentity(then))).toBe(isExchanged ? otherSide("blue") : "blue");
    }),
  );
});
