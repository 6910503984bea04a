import { seededRandom } from "../../local/world/seeded-random";
import { defaultPolicy } from "../../src/domain/policy/policy";
import type { Row } from "../benchmark";
import { percentile } from "../distribution";
import { type ArmCall, cpuMs, type ProductWorld, startProduct } from "./world";

const PROMOTIONS = 1_000;
const WARM_UP = 20;
/** Processor time for all of them; a slow machine measures fewer, and the row says how many. */
const BUDGET_MS = 30_000;
/** Short polls and few of them: the delay is counted from the poll that decides, whatever came before it. */
const READINESS = { ...defaultPolicy.readiness, pollMs: 1_000, stableForMs: 1_000 };
const SWAP = { ...defaultPolicy.swap, pollMs: 1_000 };

interface Delay {
  /** Waiting that the protocol adds, on the virtual clock, in ms. */
  readonly waited: number;
  /** Real processing from the deciding observation to the PUT at Resource Manager, in ms. */
  readonly worked: number;
  /** Processor time of that, in ms: what a busy machine leaves to compare. */
  readonly cpu: number;
}

/**
 * From the first poll at which `stableFor` was satisfied to the PUT, over promotions whose last instance becomes ready
 * at a random moment between two polls.
 */
export async function measureDelay(seed = 1): Promise<readonly Row[]> {
  const random = seededRandom(seed);
  const world = await startProduct({ policy: { readiness: READINESS, swap: SWAP } });
  const delays: Delay[] = [];
  const until = cpuMs() + BUDGET_MS;
  for (let n = 0; n < PROMOTIONS + WARM_UP && cpuMs() < until; n++) {
    const delay = await promoteOnce(world, n, random() * 2 * READINESS.pollMs);
    if (n >= WARM_UP) delays.push(delay);
  }
  await world.stop();
  const total = delays.map(({ waited, worked }) => waited + worked);
  const row = (what: string, value: number, aim?: string): Row => ({
    what: `ready→PUT beyond the poll, ${what}`,
    value,
    unit: "ms",
    ...(aim ? { aim } : {}),
  });
  return [
    row("p50", percentile(total, 0.5)),
    row("p99", percentile(total, 0.99), "≤ 100"),
    row(
      "p99 of processor time alone",
      percentile(
        delays.map(({ cpu }) => cpu),
        0.99,
      ),
    ),
    row("waiting that the protocol adds, largest", Math.max(...delays.map(({ waited }) => waited))),
    { what: "promotions measured, random phases", value: delays.length, unit: "promotions", aim: "≥ 1,000" },
  ];
}

async function promoteOnce(world: ProductWorld, n: number, readyAfterMs: number): Promise<Delay> {
  const promote = world.holder() === "blue" ? "green" : "blue";
  const instance = world.arm.service(`shop-${promote}`)?.instances[0];
  if (!instance) throw new Error("the scenario has no instance");
  instance.state = "RoleStateBusy";
  const readyAt = world.clock.now() + readyAfterMs;
  world.clock.setTimer(readyAt, () => {
    instance.state = "RoleStateStarted";
  });
  world.calls.length = 0;
  const id = await world.request({ requestId: `delay-${n}`, promote });
  while (world.outcomeOf(id) === undefined) await world.advance({ seconds: 2 });
  if (world.outcomeOf(id) !== "promoted") throw new Error(`${id} ended ${world.outcomeOf(id)}`);
  return delayOf(world.calls, readyAt);
}

/** Judged from the calls alone, not by what the product thought. */
function delayOf(calls: readonly ArmCall[], readyAt: number): Delay {
  const put = calls.find((call) => call.method === "PUT");
  const checks = calls.filter((call) => call.by === "checkRoleState" && call.at >= readyAt);
  const first = checks[0]?.at ?? NaN;
  const deciding = checks.filter((call) => call.at >= first + READINESS.stableForMs);
  const last = deciding.filter((call) => call.at === deciding[0]?.at).at(-1);
  if (!put || !last || deciding.length !== 2) throw new Error("the PUT did not follow the deciding poll");
  return { waited: put.at - last.at, worked: put.realAt - last.realAt, cpu: put.cpuAt - last.cpuAt };
}
