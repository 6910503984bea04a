import type { Row } from "../benchmark";
import { countPlainScript } from "./plain-script";
import { startProduct, type ArmCall } from "./world";

/** What each activity asks Resource Manager for, in the order of a promotion. */
const steps: readonly (readonly [activity: string, what: string])[] = [
  ["planPromotion", "plan: both services, instance lists, permissions, public IPs"],
  ["attemptSwap", "attempt: both services and both instance lists afresh, one PUT"],
  ["followOperation", "proof: the operation"],
  ["readObservedState", "proof and verification: both services, both public IPs"],
];

/** Resource Manager calls of a promotion whose services are ready from the first look on. */
export async function measureCalls(): Promise<readonly Row[]> {
  const world = await startProduct();
  const id = await world.request();
  await world.advance({ minutes: 10 });
  if (world.outcomeOf(id) !== "promoted") throw new Error(`the promotion ended ${world.outcomeOf(id)}`);
  await world.stop();
  const { calls } = world;
  const waiting = calls.filter((call) => call.by === "checkRoleState");
  const known = steps.flatMap(([activity]) => calls.filter((call) => call.by === activity));
  if (known.length + waiting.length !== calls.length)
    throw new Error("a call was made by an activity without a row");
  const script = await countPlainScript();
  const baseline = `plain script: ${script.length}, ${puts(script)} PUT, proves nothing`;
  return [
    { what: "calls of an immediate promotion", value: known.length, unit: "calls", aim: "≤ 18", baseline },
    { what: "of these PUTs", value: puts(calls), unit: "calls", aim: "1" },
    ...steps.map(([activity, what]) => ({
      what,
      value: calls.filter((call) => call.by === activity).length,
      unit: "calls",
    })),
    { what: "readiness polls during stableFor, both services", value: waiting.length, unit: "calls" },
  ];
}

function puts(calls: readonly Pick<ArmCall, "method">[]): number {
  return calls.filter((call) => call.method === "PUT").length;
}
