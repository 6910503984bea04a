import { voter } from "../support/votes";
import { startScenario, type Scenario } from "../support/scenario";

/** The approval rule changes after people voted. At the claim the stricter of both rules counts. */
const ids = { aron: "22222222-2222-4222-8222-222222222222", berta: "66666666-6666-4666-8666-666666666666" };
let scenario: Scenario;
afterEach(() => scenario.stop());

const edit = (approval?: object) => {
  const shop = { blue: scenario.serviceId("shop", "blue"), green: scenario.serviceId("shop", "green") };
  scenario.edit({ defaults: { soak: { for: "0s" } }, pairs: { shop: { ...shop, approval } } });
};
const vote = async (name: keyof typeof ids, roles: readonly string[] = []) => {
  const planHash = (await scenario.promotion("r-1")).gate?.planHash;
  const by = voter(ids[name], { name, roles });
  const { status } = await scenario.http(
    "POST",
    "promotions/r-1/approvals",
    { decision: "approve", planHash },
    by,
  );
  return status;
};
const hold = () => scenario.http("PUT", "holds/shop", { id: "h-1", reason: "wait" });
const release = async () => {
  await scenario.http("DELETE", "holds/shop?note=over");
  await scenario.advance({ minutes: 5 });
};

/** A promotion that one person approved under this rule and that is now on hold. */
async function approved(approval: object | undefined, roles: readonly string[] = []): Promise<void> {
  scenario = await startScenario();
  edit(approval);
  await hold();
  await scenario.request({ requestId: "r-1" });
  await scenario.advance({ seconds: 30 });
  if (approval) expect(await vote("aron", roles)).toBe(200);
  await scenario.advance({ minutes: 3 });
  expect(scenario.puts()).toBe(0);
}

test.each<[string, object | undefined, object]>([
  ["a larger quorum", { quorum: 1 }, { quorum: 2 }],
  ["a voter who never counts", { quorum: 1 }, { quorum: 1, neverApprove: [ids.aron] }],
  ["other people", { quorum: 1, people: [ids.aron] }, { quorum: 1, people: [ids.berta] }],
  ["a role that was not required before", { quorum: 1 }, { quorum: 1, roles: ["Release"] }],
  ["a shorter validity of approvals", { quorum: 1 }, { quorum: 1, validFor: "150s" }],
  ["approval where none was required", undefined, { quorum: 1 }],
])(
  "a rule tightened by %s: no swap, and people are asked again with the reason",
  async (_by, before, after) => {
    await approved(before);
    edit(after);
    await release();
    expect(scenario.puts()).toBe(0);
    expect(await scenario.promotion("r-1")).toMatchObject({
      phase: "awaiting-approval",
      waiting: {
        kind: "gate",
        detail: expect.stringContaining("asked again: the pair's rule was tightened"),
      },
    });
    await vote("aron", ["Release"]);
    await vote("berta", ["Release"]);
    await scenario.advance({ minutes: 5 });
    expect([scenario.outcomeOf("r-1"), scenario.effects()]).toEqual(["promoted", 1]);
  },
);

test.each<[string, object, object | undefined]>([
  ["the same rule, written differently", { quorum: 1 }, { quorum: 1, people: [ids.aron, ids.berta] }],
  ["a role that the voter has", { quorum: 1, roles: ["Release", "Ops"] }, { quorum: 1, roles: ["Ops"] }],
  ["a rule that was removed", { quorum: 1 }, undefined],
])("approvals that satisfy both rules still count: %s", async (_what, before, after) => {
  await approved(before, ["Ops"]);
  edit(after);
  await release();
  expect([scenario.outcomeOf("r-1"), scenario.effects()]).toEqual(["promoted", 1]);
});

test("a loosened rule changes nothing: the rule of the plan still counts", async () => {
  await approved({ quorum: 2 });
  edit({ quorum: 1 });
  await release();
  expect([scenario.puts(), (await scenario.promotion("r-1")).phase]).toEqual([0, "awaiting-approval"]);
  edit();
  await scenario.advance({ minutes: 5 });
  expect(scenario.puts()).toBe(0);
  await vote("berta");
  await scenario.advance({ minutes: 5 });
  expect(scenario.outcomeOf("r-1")).toBe("promoted");
});

test("renaming a pair asks for no new approval", async () => {
  await approved({ quorum: 1 });
  const shop = { blue: scenario.serviceId("shop", "blue"), green: scenario.serviceId("shop", "green") };
  scenario.edit({
    defaults: { soak: { for: "0s" } },
    pairs: { store: { ...shop, approval: { quorum: 1 } } },
  });
  await scenario.http("DELETE", "holds/store?note=over");
  await scenario.advance({ minutes: 5 });
  expect(scenario.published.at(-1)?.data).toMatchObject({
    ...{ outcome: "promoted", pair: "shop", pairKey: scenario.key, approvals: { asked: 1 } },
  });
});
