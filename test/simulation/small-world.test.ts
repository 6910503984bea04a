import { smallWorld } from "./small-world";
import type { WorldPlan } from "./world-plan";

/** What a small world is made of. */
const worlds = Array.from({ length: 1_000 }, (_, n) => smallWorld(n + 1));
const deedsOf = ({ deeds }: WorldPlan, kind: string) => deeds.filter((deed) => deed.kind === kind);

test("a small world has one pair, one host or two, and one request or one instant of a schedule", () => {
  for (const world of worlds) {
    expect(world.pairs).toEqual(["shop"]);
    expect(world.hosts).toBeLessThanOrEqual(2);
    const instants = Object.values(world.schedules?.file ?? {}).flat();
    expect(deedsOf(world, "request").length + instants.length).toBe(1);
  }
});

test("one small world in four shares its hub: two hosts, or HTTP apart, polled often or rarely, under old names or new", () => {
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
  expect(worlds.filter((world) => deedsOf(world, "stop").length > 0).length).toBeGreaterThan(30);
  expect(worlds.filter(({ chances }) => chances.staleRead > 0).length).toBeGreaterThan(30);
});

test("most are plain promotions, and every other use comes up", () => {
  const isAsked = ({ approval, opening }: WorldPlan) => approval !== undefined && opening === undefined;
  const uses: Readonly<Record<string, (world: WorldPlan) => boolean>> = {
    "people vote": (world) => isAsked(world) && deedsOf(world, "vote").length > 0,
    "a release falls sick": (world) => world.soak !== undefined && deedsOf(world, "sick").length > 0,
    "a person wants it back": (world) => deedsOf(world, "swap-back").length > 0,
    "an opening": ({ approval, opening }) => opening !== undefined && approval === undefined,
    "the line is stopped": (world) => deedsOf(world, "hold").length > 0,
    "the glass is broken": ({ approval, opening }) => approval !== undefined && opening !== undefined,
    "a schedule": ({ schedules }) => schedules !== undefined,
    "the pairs file is edited": (world) => deedsOf(world, "edit-pairs").length > 0,
    "a schedule's ids are taken": (world) => deedsOf(world, "squat").length > 0,
  };
  const counted = Object.entries(uses).map(([name, is]) => [name, worlds.filter(is).length] as const);
  for (const [name, count] of counted) expect([name, count >= 15]).toEqual([name, true]);
  const isPlain = (world: WorldPlan) => !Object.values(uses).some((is) => is(world));
  expect(worlds.filter(isPlain).length).toBeGreaterThan(500);
});
