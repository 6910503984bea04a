import type { PublicIpObservation, Read, ServiceObservation } from "../domain/cloud-service/observation";
import { asAccepted, type PairIdentity, describeRemoved } from "../domain/kernel/pair-key";
import type { Side, SwapRequest } from "../domain/kernel/swap-request";
import type { PlanVerdict } from "../domain/plan/plan";
import { decidePlan } from "../domain/plan/planning";
import type { PairPolicy } from "../domain/policy/policy";
import type { Ports } from "../ports/ports";
import { readServices } from "./read-services";

export interface PlanInput {
  readonly request: SwapRequest;
  readonly pair: PairIdentity;
  /** The side that an earlier plan of the same promotion resolved, if any. */
  readonly target?: Side;
}

/** Reads both services of the pair and plans. Refuses a pair that is no longer configured. */
export async function planPromotion(input: PlanInput, ports: Ports): Promise<PlanVerdict> {
  const policy = ports.policies.byKey(input.pair.key);
  if (!policy)
    return {
      kind: "refused",
      code: "pair-removed",
      detail: describeRemoved(input.request.pair),
      prerequisites: [],
    };
  return planWith(asAccepted(policy, input.pair), input, ports);
}

/** Plans for callers that have the policy (POST /api/plans). */
export async function planWith(
  policy: PairPolicy,
  input: Omit<PlanInput, "pair">,
  ports: Ports,
): Promise<PlanVerdict> {
  const { cloudServices, clock } = ports;
  const [services, bluePermissions, greenPermissions] = await Promise.all([
    readServices([policy.blue, policy.green], policy.versionTag, ports),
    cloudServices.readPermissions(policy.blue),
    cloudServices.readPermissions(policy.green),
  ]);
  const [blue, green, blueInstances, greenInstances] = services;
  const publicIps = await readPublicIps([blue, green], ports);
  return decidePlan({
    request: input.request,
    policy,
    target: input.target,
    observed: { blue, green, blueInstances, greenInstances, publicIps, bluePermissions, greenPermissions },
    now: clock.now(),
    digest: (text) => ports.digest(text),
  });
}

function readPublicIps(
  services: readonly Read<ServiceObservation>[],
  { cloudServices }: Ports,
): Promise<Read<PublicIpObservation>[]> {
  const ids = services
    .flatMap((read) => (read.kind === "found" ? read.value.frontends : []))
    .flatMap((frontend) => (frontend.publicIpId ? [frontend.publicIpId] : []));
  return Promise.all(ids.map((id) => cloudServices.readPublicIp(id)));
}
