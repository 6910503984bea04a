import { chances, request } from "../plans/user-actions";
import { calmChances, type UserAction, type WorldPlan } from "../plans/world-plan";
import type { WorldResult } from "../world/play-world";
import { Points } from "../world/points";
import { Timeline } from "../world/timeline";
import { shrink } from "./shrink";

const mockPlay = jest.fn<Promise<WorldResult>, [WorldPlan]>();
jest.mock("../world/play-world", () => ({ playWorld: (plan: WorldPlan) => mockPlay(plan) }));

const weekly = { name: "weekly", minutes: [10, 20, 30], promote: "green" } as const;
const monthly = { name: "monthly", minutes: [20], promote: "blue" } as const;
const edit = (at: number, ...to: readonly (typeof weekly | typeof monthly)[]): UserAction => ({
  ...{ at, kind: "edit", pair: "shop", to },
});
const large: WorldPlan = {
  ...{ seed: 1, pairs: ["shop", "billing"], hosts: 2, skewMs: 600_000, repeatedPut: "no-op" },
  ...{ stableForMs: 0, readinessDeadlineMs: 0, operationSeconds: 1, calmAfterMs: 0 },
  chances: chances({ crash: 0.1, mostCrashes: 3, client: 0.1 }),
  userActions: [request("r1", { copies: 3 }), edit(1, monthly), edit(2, weekly, monthly)],
  approval: { quorum: 1, deadlineMs: 1, validForMs: 1 },
  soak: { forMs: 1, probed: true, asksStaging: false, rollback: "never" },
  schedules: { expiresAfterMs: 1, file: { shop: [weekly, monthly], billing: [monthly] } },
};
/** The parts that every world needs. */
const bare = {
  ...{ seed: 1, stableForMs: 0, readinessDeadlineMs: 0, operationSeconds: 1, calmAfterMs: 0 },
  ...{ hosts: 1, skewMs: 0, repeatedPut: "no-op", chances: calmChances },
};

/** The smallest world that still meets the needs of a fictitious violation. */
async function smallest(needs: (plan: WorldPlan) => boolean): Promise<WorldPlan> {
  mockPlay.mockImplementation((plan) => Promise.resolve(resultOf(needs(plan))));
  return (await shrink(large, resultOf(true))).plan;
}

function resultOf(isBroken: boolean): WorldResult {
  return {
    ...{ timeline: new Timeline(() => 0), points: Points.at([]), promotions: 0, faults: 0, residual: 0 },
    ...{ lastedMs: 0, logged: [], exercised: {} },
    violations: isBroken ? [{ invariant: "I1", detail: "x", entry: 0 }] : [],
  };
}

test("a violation that needs nothing leaves nothing", async () => {
  const plan = await smallest(() => true);

  expect(plan).toEqual({ ...bare, pairs: ["shop", "billing"], userActions: [] });
});

test("one that needs a time of a schedule leaves this schedule, time and pair", async () => {
  const plan = await smallest(({ schedules }) =>
    (schedules?.file["shop"] ?? []).some(({ name, minutes }) => name === "weekly" && minutes.includes(20)),
  );

  expect(plan).toEqual({
    ...{ ...bare, pairs: ["shop"], userActions: [] },
    schedules: { expiresAfterMs: 1, file: { shop: [{ ...weekly, minutes: [20] }], billing: [] } },
  });
});

test("one that needs an edit leaves this edit, with its relevant schedule and time", async () => {
  const plan = await smallest(({ schedules, userActions }) =>
    userActions.some(
      (userAction) =>
        schedules && userAction.kind === "edit" && userAction.to.some(({ minutes }) => minutes.includes(30)),
    ),
  );

  expect(plan.userActions).toEqual([edit(2, { ...weekly, minutes: [30] } as never)]);
});

test("one that needs a rule of the policy and a repeated request leaves these", async () => {
  const plan = await smallest(({ approval, userActions }) =>
    userActions.some((userAction) => approval && userAction.kind === "request" && userAction.copies >= 2),
  );

  expect(plan).toEqual({
    ...{ ...bare, pairs: ["shop"], approval: large.approval },
    userActions: [request("r1", { copies: 2 })],
  });
});
