import type { PairObservation, ServiceObservation } from "../../src/domain/cloud-service/observation";
import type { Probe } from "../../src/domain/cloud-service/probe";
import type { SideReadiness } from "../../src/domain/cloud-service/readiness-view";
import { reason } from "../../src/domain/kernel/reason-codes";
import type { RequestOrigin, SwapRequest } from "../../src/domain/kernel/swap-request";
import type { RollbackOrder } from "../../src/domain/pair/pair";
import type { Plan } from "../../src/domain/plan/plan";
import { decidePlan } from "../../src/domain/plan/planning";
import { defaultPolicy, type PairPolicy } from "../../src/domain/policy/policy";
import type { Ending, PromotionChange, Registration } from "../../src/domain/promotion/state";
import type { FinalRead } from "../../src/domain/swap/verification";
import { aPair, aPolicy, found, keyOf, NOW, someInstances, somePermissions } from "./observations";

/** Makes texts of one character, as long as parsers, pairs file and Azure's naming rules allow. */
export function textsOf(fill: string) {
  return (length: number) => fill.repeat(Math.ceil(length / fill.length));
}

const subscription = `/subscriptions/${"0".repeat(36)}/resourceGroups/${"g".repeat(90)}/providers`;
const serviceName = (side: string) => side.padEnd(80, "s");
const serviceId = (side: string) => `${subscription}/Microsoft.Compute/cloudServices/${serviceName(side)}`;
const ipId = (side: string) => `${subscription}/Microsoft.Network/publicIPAddresses/${side.padEnd(80, "i")}`;
const guid = (n: number) => String(n).repeat(36);

export type Text = ReturnType<typeof textsOf>;

export function longestRequest(text: Text): SwapRequest {
  return {
    requestId: "r".repeat(100),
    pair: "p".repeat(40),
    promote: "green",
    reason: text(500),
    requestedBy: text(200),
    expect: { version: text(100) },
    notBefore: NOW,
    expiresAt: NOW + 30 * 86_400_000,
    approval: { quorum: 5 },
    readiness: { stableForMs: 86_400_000, deadlineMs: 604_800_000 },
    soak: { forMs: 86_400_000 },
    irreversible: true,
  };
}

/** A promotion has either break-glass or approvals. */
export function longestRegistration(text: Text, isBreakGlass: boolean): Registration {
  const origin: RequestOrigin = {
    channel: "schedule",
    principal: { oid: guid(9), name: text(60), application: false },
    ...(isBreakGlass ? { breakGlass: { reason: text(200) } } : {}),
  };
  return {
    requestId: "r".repeat(100),
    contentHash: "c".repeat(64),
    request: longestRequest(text),
    origin,
    pair: { key: keyOf("k".repeat(32)), blueFirst: false },
    at: NOW,
  };
}

const probes: readonly Probe[] = Array.from({ length: 5 }, (_, i) => ({
  name: `${i}`.padEnd(40, "p"),
  url: "https://shop.example/".padEnd(85, "u"),
  expect: { status: 200, maxLatencyMs: 60_000 },
  timeoutMs: 30_000,
}));

export function longestPolicy(): PairPolicy {
  return aPolicy({
    name: "p".repeat(40),
    blue: serviceId("blue"),
    green: serviceId("green"),
    versionTag: "t".repeat(100),
    timeZone: "America/Argentina/ComodRivadavia",
    approval: {
      ...{ quorum: 5, deadlineMs: 30 * 86_400_000, validForMs: 7 * 86_400_000 },
      roles: Array.from({ length: 3 }, (_, i) => `${i}`.repeat(40)),
      people: Array.from({ length: 8 }, (_, i) => guid(i)),
      neverApprove: Array.from({ length: 8 }, (_, i) => `${i}n`.repeat(18)),
    },
    queue: { ...defaultPolicy.queue, deadlineMs: 30 * 86_400_000 },
    readiness: { pollMs: 60_000, stableForMs: 86_400_000, deadlineMs: 7 * 86_400_000 },
    swap: { claimWindowMs: 60_000, putTimeoutMs: 120_000, operationDeadlineMs: 7_200_000, pollMs: 60_000 },
    window: { deadlineMs: 30 * 86_400_000, rules: "o".repeat(64) },
    soak: { forMs: 86_400_000, everyMs: 300_000, failures: 100, consecutiveErrors: 100 },
    probes,
  });
}

/** Both services differ in everything that only warns. `nameLength` is that of each of their 25 roles. */
export function longestPair(text: Text, nameLength: number): PairObservation {
  const service = (side: "blue" | "green"): Partial<ServiceObservation> => ({
    id: side === "blue" ? serviceId("blue") : serviceId("green").replace("0", "1"),
    name: serviceName(side),
    uniqueId: guid(5),
    location: side.padEnd(40, "l"),
    swappableId: side === "blue" ? serviceId("green").replace("0", "1") : serviceId("blue"),
    version: text(side === "green" ? 100 : 256),
    configurationDigest: "c".repeat(16),
    roles: Array.from({ length: 25 }, (_, i) => ({
      name: `${side[0] ?? ""}${i}`.padEnd(nameLength, "r"),
      capacity: 20,
    })),
    frontends: [{ loadBalancer: "b".repeat(80), name: "f".repeat(80), publicIpId: ipId(side) }],
  });
  const ip = (side: string) =>
    found({
      ...{ id: ipId(side), observedAt: NOW, address: "203.0.113.200", allocation: "Static" },
      ...{ sku: "Basic", findings: [] },
    });
  const stopped = Array.from({ length: 25 }, () => "StoppedDeallocated");
  return {
    ...aPair(service("blue"), service("green")),
    blueInstances: found(someInstances("blue", stopped)),
    greenInstances: found(someInstances("green", stopped)),
    publicIps: [ip("blue"), ip("green")],
    bluePermissions: found(somePermissions("blue", [])),
    greenPermissions: found(somePermissions("green", [])),
  };
}

export function longestPlan(text: Text, nameLength: number, hash = "d"): Plan {
  const verdict = decidePlan({
    request: longestRequest(text),
    policy: longestPolicy(),
    observed: longestPair(text, nameLength),
    now: NOW + (hash === "d" ? 0 : 1),
    digest: () => hash.repeat(64),
  });
  if (verdict.kind !== "planned") throw new Error(`not planned: ${JSON.stringify(verdict)}`);
  return verdict.plan;
}

const finalRead = (text: Text): FinalRead => ({
  id: serviceId("green"),
  side: "green",
  observedAt: new Date(NOW).toISOString(),
  slot: "production",
  provisioningState: "Succeeded",
  version: text(256),
  publicIp: {
    id: ipId("green"),
    address: "203.0.113.200",
    frontendId: `${subscription}/Microsoft.Network/loadBalancers/${"b".repeat(80)}/frontendIPConfigurations/${"f".repeat(80)}`,
  },
});

export function longestEnding(text: Text, over: Partial<Ending> = {}): Ending {
  return {
    outcome: "rolled-back",
    reason: reason("regression", text(3_000)),
    waitingFor: "readiness",
    finalRead: { incoming: finalRead(text), outgoing: finalRead(text) },
    pairAudit: { entries: 100_000, head: "a".repeat(64) },
    ...over,
  };
}

const runId = "run".padEnd(36, "-");

function waits(text: Text): PromotionChange {
  return {
    kind: "wait",
    runId,
    waiting: {
      ...{ kind: "readiness", detail: text(3_000), since: NOW, until: NOW },
      ...{ endsWith: "e".repeat(140), next: "n".repeat(140), instanceId: "i".repeat(150) },
    },
    readiness: [longestSide(text), longestSide(text)],
  };
}

export function longestSide(text: Text): SideReadiness {
  return {
    ...{ side: "green", verdict: "not-yet", total: 500, ready: 100, observedAt: NOW },
    instances: Array.from({ length: 30 }, () => ({
      ...{ name: text(200), role: text(80), state: text(80), verdict: "not-yet" as const },
      // The longest description of a state.
      reason: "its virtual machine is being deleted: redeploy the role if it is meant to stay",
    })),
    problems: Array.from({ length: 30 }, () => text(700)),
  };
}

function attempts(text: Text): readonly PromotionChange[] {
  return Array.from({ length: 6 }, (_, i) => ({
    kind: "note-attempt",
    runId,
    note: {
      ...{ at: NOW, n: i + 1, direction: "rollback" as const },
      verdict: {
        ...{ kind: "claimed-elsewhere" as const, code: text(200), httpStatus: 400 + i },
        ...{ detail: `${i}${text(300)}`, correlationId: "c".repeat(64) },
      },
      evidence: text(300),
    },
  }));
}

function votes(text: Text, planHash: string): readonly PromotionChange[] {
  return Array.from({ length: 8 }, (_, i) => ({
    kind: "vote",
    id: guid(i),
    vote: { oid: guid(i), name: text(200), comment: text(500), decision: "approve", at: NOW + i },
    planHash,
    application: false,
    roles: ["0", "1", "2"].map((role) => role.repeat(40)),
  }));
}

const phases = ["planning", "awaiting-approval", "awaiting-window"] as const;

function enters(text: Text): readonly PromotionChange[] {
  return Array.from({ length: 40 }, (_, i) => ({
    kind: "enter",
    runId,
    at: NOW + i,
    phase: phases[i % 3] ?? "planning",
    note: `${i} ${text(300)}`,
    deadlines: { window: NOW, queue: NOW, readiness: NOW, soak: NOW, rollback: NOW },
  }));
}

const order = (text: Text): RollbackOrder => ({
  ...{ id: guid(1), cause: "regression", by: text(60), note: text(160), at: NOW, oid: guid(2) },
});

/** One promotion in which everything happens that can happen, in a valid order. */
export function longestLife(text: Text, nameLength: number): readonly PromotionChange[] {
  const enter = (
    phase: "queued" | "awaiting-readiness" | "swapping" | "verifying" | "soaking" | "rolling-back",
  ) => ({ kind: "enter", runId, at: NOW, phase, note: text(300) }) as const;
  const first = longestPlan(text, nameLength);
  const again = longestPlan(text, nameLength, "e");
  const roles = again.incoming.roles.map((role) => ({ ...role, capacity: 10 }));
  const second = { ...again, incoming: { ...again.incoming, roles } };
  return [
    { kind: "begin", runId, at: NOW },
    ...enters(text).slice(0, 2),
    { kind: "plan", runId, plan: first, at: NOW },
    { kind: "plan", runId, plan: second, at: NOW },
    { kind: "ask-approval", runId, planHash: second.hash, at: NOW },
    ...enters(text).slice(2),
    waits(text),
    ...attempts(text),
    ...votes(text, second.hash),
    ...(["queued", "awaiting-readiness", "swapping"] as const).map(enter),
    ...attempts(text).map((each) => ({ ...each })),
    waits(text),
    ...(["verifying", "soaking"] as const).map(enter),
    {
      kind: "watched",
      runId,
      soak: {
        ...{ since: NOW, until: NOW, checks: 100_000, failures: 100 },
        last: Array.from({ length: 4 }, (_, i) => ({
          ...{ name: `${i}`.repeat(40), verdict: "unsteady" as const, detail: text(80) },
        })),
      },
    },
    { kind: "watched", runId, rollback: order(text) },
    enter("rolling-back"),
    waits(text),
  ];
}
