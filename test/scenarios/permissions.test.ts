import calm from "../../local/world/scenarios/calm.json";
import { startScenario, type Scenario } from "../support/scenario";

/** The plan warns of missing permissions before anybody approves, long before the swap. */
let scenario: Scenario;
afterEach(() => scenario.stop());

interface Shown {
  readonly state: string;
  readonly plan?: {
    readonly prerequisites: readonly { code: string; failure?: string; verdict: string; remedy?: string }[];
  };
}

const READS = [
  "Microsoft.Compute/*/read",
  "Microsoft.Network/*/read",
  "Microsoft.Authorization/permissions/read",
];

async function planned(actions: readonly string[], fault?: object) {
  scenario = await startScenario({
    scenario: { ...calm, permissions: [{ actions }] },
    policy: { approval: { quorum: 1, deadlineMs: 3_600_000, validForMs: 3_600_000 } },
  });
  if (fault) scenario.arm.faults.add(fault as never);
  const id = await scenario.request();
  await scenario.advance({ minutes: 1 });
  const shown = (await scenario.http("GET", `promotions/${id}`)).body as Shown;
  const warned = shown.plan?.prerequisites.filter(({ verdict }) => verdict === "warned") ?? [];
  return {
    id,
    codes: warned.map(({ failure }) => failure).filter((code) => code !== "platform-retirement"),
    puts: scenario.puts(),
  };
}

test.each([
  ["nothing is missing", [...READS, "Microsoft.Network/cloudServiceSlots/write"], []],
  ["the slots cannot be written", READS, ["slot-write-not-permitted"]],
  [
    "neither slots can be written nor operations be read",
    [
      "Microsoft.Compute/*/read",
      "Microsoft.Network/publicIPAddresses/read",
      "Microsoft.Authorization/*/read",
    ],
    ["slot-write-not-permitted", "operation-read-not-permitted"],
  ],
  ["the permissions cannot be read", ["Microsoft.Compute/*/read"], []],
])("while approvals are asked and %s, the plan warns of %j%j", async (_what, actions, expected) => {
  const { codes, puts } = await planned(actions);
  expect([codes, puts]).toEqual([expected, 0]);
});

test.each([
  ["a broken connection", { kind: "reset-before" }],
  ["503", { kind: "status", status: 503 }],
  ["no JSON", { kind: "damaged", how: "html" }],
])("permissions answered by %s neither delay the plan nor warn", async (_by, answer) => {
  const { id, codes } = await planned(READS, { url: "Microsoft.Authorization", times: 50, answer });
  expect(codes).toEqual([]);
  expect((await scenario.promotion(id)).plan).toBeDefined();
});
