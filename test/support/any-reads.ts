import fc from "fast-check";
import type { Read, ServiceObservation } from "../../src/domain/cloud-service/observation";
import { aService, found } from "./observations";

/** Whatever Resource Manager may show of a pair's services. */
const slot = fc.constantFrom<ServiceObservation["slot"]>("production", "staging", undefined);
const provisioning = fc.constantFrom("Succeeded", "Succeeded", "Succeeded", "Updating", "Failed", undefined);
const unseen = fc.constantFrom<Exclude<Read<never>, { kind: "found" }>>(
  { kind: "absent", detail: "d" },
  { kind: "denied", detail: "d" },
  { kind: "throttled", detail: "d", retryAfterMs: 1_000 },
  { kind: "unavailable", detail: "d" },
);

function service(side: "blue" | "green"): fc.Arbitrary<Read<ServiceObservation>> {
  const seen = fc.record({
    slot,
    provisioningState: provisioning,
    version: fc.constantFrom(side === "blue" ? "v1" : "v2", "v9", undefined),
    uniqueId: fc.constantFrom(`unique-${side}`, `unique-${side}`, "another"),
  });
  return fc.oneof(
    { weight: 5, arbitrary: seen.map((over) => found(aService(side, over))) },
    { weight: 4, arbitrary: fc.constantFrom(found(aService(side)), found(aService(side, swapped(side)))) },
    { weight: 1, arbitrary: unseen },
  );
}

function swapped(side: "blue" | "green"): Partial<ServiceObservation> {
  return { slot: side === "blue" ? "staging" : "production" };
}
export const pair = fc.record({ incoming: service("green"), outgoing: service("blue") });

export const slotOf = (read: Read<ServiceObservation>) =>
  read.kind === "found" ? read.value.slot : undefined;
export const succeeded = (read: Read<ServiceObservation>) =>
  read.kind === "found" && read.value.provisioningState === "Succeeded";

export const states = fc.array(
  fc.constantFrom("Started", "Started", "Started", "Busy", "Stopped", "Odd", undefined),
  { maxLength: 3 },
);
