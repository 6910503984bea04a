import { defaultPolicy } from "../../src/domain/policy/policy";
import type { Row } from "../benchmark";
import { type ProductWorld, startProduct } from "./world";

const HOUR_MS = 3_600_000;
const HOURS = 6;

/** Policy of a promotion that may wait for days; everything else is the default. */
export const patient = { readiness: { ...defaultPolicy.readiness, deadlineMs: 48 * HOUR_MS } };

/** How one instance of the incoming service behaves: what it is in, and for how many seconds, again and again. */
const conditions: readonly (readonly [string, readonly (readonly [string, number])[]])[] = [
  [
    "almost ready: a restart every 3 min",
    [
      ["RoleStateStarted", 110],
      ["RoleStateStarting", 70],
    ],
  ],
  [
    "flapping: another state at every poll",
    [
      ["RoleStateStarted", 30],
      ["RoleStateBusy", 30],
    ],
  ],
];

/** Reads of Resource Manager per hour by a waiting promotion, both services together, at default settings; steadily not ready is measured with the replay. */
export async function measureWaiting(): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const [name, condition] of conditions) {
    const world = await startProduct({ policy: patient });
    repeat(world, condition);
    const id = await world.request();
    const before = world.calls.length;
    await world.advance({ hours: HOURS });
    if (world.outcomeOf(id) !== undefined) throw new Error(`${name}: it did not wait`);
    rows.push(readsPerHour(name, (world.calls.length - before) / HOURS));
    await world.stop();
  }
  return rows;
}

/** The row of one condition. */
export function readsPerHour(condition: string, value: number): Row {
  return {
    what: `waiting, ${condition}`,
    value,
    unit: "reads per hour",
    aim: "≤ 240",
    baseline: "a script at 10 s, one service: 360 (calculated)",
  };
}

function repeat(world: ProductWorld, condition: readonly (readonly [string, number])[]): void {
  const instance = world.arm.service("shop-green")?.instances[0];
  if (!instance) throw new Error("the scenario has no instance");
  const enter = (n: number) => {
    const [state, seconds] = condition[n % condition.length] ?? ["RoleStateUnknown", 60];
    instance.state = state;
    world.clock.setTimer(world.clock.now() + seconds * 1000, () => {
      enter(n + 1);
    });
  };
  enter(0);
}
