import { smallWorld } from "./small-world";
import type { WorldPlan } from "./world-plan";

/** The small worlds of the test. */
const worlds = Array.from({ length: 1_000 }, (_, n) => smallWorld(n + 1));
const userActionsOf = ({ userActions }: WorldPlan, kind: string) =>
  userActions.filter((userAction) => userAction.kind === kind);

test("a small world has one pair, one or two hosts, and one request or schedule time", () => {
  for (const world of worlds) {
    expect(world.pairs).toEqual(["shop"]);
    expect(world.hosts).toBeLessThanOrEqual(2);
    const instants = Object.values(world.schedules?.file ?? {}).flat();
    expect(userActionsOf(world, "request").length + instants.length).toBe(1);
  }
});

test("one small world in four has two hosts, or a separate host for HTTP", () => {
  const shared = worlds.flatMap(({ hosts, sharing }) => (sharing ? [{ hosts, ...sharing }] : []));
  expect(shared.length).toBeGreaterThan(150);
  const kinds: Readonly<Record<string, (each: (typeof shared)[number]) => boolean>> = {
    "two hosts": ({ hosts }) => hosts === 2,
    "HTTP apart": ({ apart }) => apart,
    "four partitions": ({ partitions }) => partitions === 4,
    "polled rarely": ({ pollSeconds }) => pollSeconds === 10,
    "back under another name": ({ renamed }) => renamed,
  };
  for (const [kind, is] of Object.entries(kinds)) {
    expect([kind, shared.filter(is).length >= 30]).toEqual([kind, true]);
    expect([kind, shared.every(is)]).toEqual([kind, false]);
  }
  expect(worlds.filter((world) => userActionsOf(world, "stop").length > 0).length).toBeGreaterThan(30);
  expect(worlds.filter(({ chances }) => chances.staleRead > 0).length).toBeGreaterThan(30);
});

test("most are plain promotions, and every other use occurs", () => {
  const isAsked = ({ approval, window }: WorldPlan) => approval !== undefined && window === undefined;
  const uses: Readonly<Record<string, (world: WorldPlan) => boolean>> = {
    "people vote": (world) => isAsked(world) && userActionsOf(world, "vote").length > 0,
    "a release falls sick": (world) => world.soak !== undefined && userActionsOf(world, "sick").length > 0,
    "a person wants it back": (world) => userActionsOf(world, "rollback").length > 0,
    "a deployment window": ({ approval, window }) => window !== undefined && approval === undefined,
    "a pair was put on hold": (world) => userActionsOf(world, "hold").length > 0,
    "break-glass is used": ({ approval, window }) => approval !== undefined && window !== undefined,
    "a schedule": ({ schedules }) => schedules !== undefined,
    "the pairs file is edited": (world) => userActionsOf(world, "edit-pairs").length > 0,
    "a schedule's ids are taken": (world) => userActionsOf(world, "squat").length > 0,
  };
  const counted = Object.entries(uses).map(([name, is]) => [name, worlds.filter(is).length] as const);
  for (const [name, count] of counted) expect([name, count >= 15]).toEqual([name, true]);
  const isPlain = (world: WorldPlan) => !Object.values(uses).some((is) => is(world));
  expect(worlds.filter(isPlain).length).toBeGreaterThan(500);
});
