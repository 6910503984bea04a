import { mistakes, pair, parse } from "../../support/parsed-config";

const person = (n: number) => `00000000-0000-4000-8000-00000000000${n}`;

test("each field of an approval rule comes from the pair, the file or the product", () => {
  const file = {
    defaults: { approval: { quorum: 2, deadline: "4h" } },
    pairs: { shop: { ...pair, approval: { people: [person(1), person(2)], validFor: "1h" } } },
  };
  expect(parse({}, file)).toMatchObject({
    config: {
      pairs: [
        {
          approval: {
            quorum: 2,
            people: [person(1), person(2)],
            deadlineMs: 4 * 3_600_000,
            validForMs: 3_600_000,
          },
        },
      ],
    },
  });
  const silent = parse();
  expect(silent.ok && silent.config.pairs[0]?.approval).toBeUndefined();
});

test("every mistake of an approval rule is reported, an unreachable quorum as well", () => {
  const approval = {
    quorum: 6,
    people: ["Aron"],
    roles: [],
    neverApprove: ["x"],
    deadline: "soon",
    hours: 1,
  };
  expect(mistakes({}, { pairs: { shop: { ...pair, approval } } })).toEqual([
    "pairs.json.pairs.shop.approval.quorum",
    "pairs.json.pairs.shop.approval.roles",
    "pairs.json.pairs.shop.approval.people[0]",
    "pairs.json.pairs.shop.approval.neverApprove[0]",
    "pairs.json.pairs.shop.approval.deadline",
    "pairs.json.pairs.shop.approval.hours",
  ]);
  const lonely = { quorum: 2, people: [person(1), person(2)], neverApprove: [person(2)] };
  expect(mistakes({}, { pairs: { shop: { ...pair, approval: lonely } } })).toEqual([
    "pairs.json.pairs.shop.approval",
  ]);
});
