import { parseConfig } from "../../../src/config/config";

const id = (name: string) =>
  `/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg/providers/Microsoft.Compute/cloudServices/${name}`;
const cloud = {
  PAIRS_FILE: "pairs.json",
  ServiceBusConnection__fullyQualifiedNamespace: "shop.servicebus.windows.net",
  TOKEN_ISSUER: "https://login.microsoftonline.com/11111111-1111-4111-8111-111111111111/v2.0",
  TOKEN_AUDIENCE: "22222222-2222-4222-8222-222222222222",
};
const pair = { blue: id("a"), green: id("b") };

function parse(over: Record<string, string | undefined> = {}, file: unknown = { pairs: { shop: pair } }) {
  return parseConfig({ ...cloud, ...over }, () => (typeof file === "string" ? file : JSON.stringify(file)));
}

function mistakes(over: Record<string, string | undefined> = {}, file?: unknown) {
  const parsed = parse(over, file);
  return parsed.ok ? [] : parsed.issues.map(({ path }) => path);
}

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
