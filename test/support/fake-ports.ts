import { digest, nonce } from "../../src/adapters/digest";
import { createPolicies } from "../../src/adapters/policies";
import {
  addToAudit,
  type AuditEntry,
  auditKey,
  type AuditPage,
  auditPageOf,
  pairChain,
  promotionChain,
} from "../../src/domain/audit/chain";
import type { RunStatus } from "../../src/domain/promotion/recovery";
import type { PairKey } from "../../src/domain/kernel/pair-key";
import { reason } from "../../src/domain/kernel/reason-codes";
import { auditStep } from "../../src/domain/pair/audit";
import { changeIndex, indexKey, type IndexPage } from "../../src/domain/pair/index-page";
import type { PairAnswer, PairOperation, PairState } from "../../src/domain/pair/pair";
import { applyToRoster, type Roster } from "../../src/domain/pair/roster";
import type { PairPolicy } from "../../src/domain/policy/policy";
import { applyToSchedules, type ScheduleState } from "../../src/domain/policy/schedule";
import { auditChange } from "../../src/domain/promotion/audit";
import { entryFor, register } from "../../src/domain/promotion/promotion";
import {
  pairOf,
  type PromotionChange,
  type PromotionState,
  type Registration,
} from "../../src/domain/promotion/state";
import { applyToOperation, type OperationState } from "../../src/domain/swap/operation";
import type { Policies } from "../../src/ports/policies";
import type { Ports } from "../../src/ports/ports";
import type {} from "../../src/ports/promotions";
import type { Schedule } from "../../src/ports/schedules";
import { deploymentWindowsOf } from "./deployment-windows";
import { aPolicy, keyOf } from "./observations";
import { createVirtualClock } from "./virtual-clock";

/** Simulates the death of the process before or after an effect. */
export class Crash extends Error {}

export interface FakePorts extends Ports {
  /** Every effect that survives a crash, in order. */
  readonly effects: string[];
  readonly published: string[];
  readonly alerts: string[];
  readonly record: Map<string, PromotionState>;
  readonly pairStates: Map<string, PairState>;
  readonly runs: Map<string, RunStatus>;
  readonly operationStates: Map<string, OperationState>;
  /** Crashes once, before (`n - 0.5`) or after (`n`) the effect number `n`, from 1. */
  crashAt: number | undefined;
  /** The schedules of the pairs file. Assign to edit them. */
  scheduled: readonly Schedule[];
  /** The pairs of the file. Assign to edit them. */
  pairsFile: readonly PairPolicy[];
  /** How many more events the broker refuses. */
  refusals: number;
  /** How far a started run gets: nowhere until a host runs it. */
  runsGet: "nowhere" | "registered" | "with-its-pair";
  /** Creates a promotion record without a run. */
  register(registration: Registration): Promise<void>;
  /** Continues started runs as far as `runsGet` allows. */
  takeOver(): void;
}

/** Ports in memory that apply the product's transitions. */
export function createFakePorts(policies: readonly PairPolicy[] = [aPolicy()]): FakePorts {
  const clock = createVirtualClock();
  const known: Policies = {
    find: (name) => createPolicies(fake.pairsFile).find(name),
    byKey: (key) => createPolicies(fake.pairsFile).byKey(key),
    all: () => fake.pairsFile,
    written: (policy) => createPolicies(fake.pairsFile).written(policy),
  };
  let roster: Roster | undefined;
  const record = new Map<string, PromotionState>();
  const pairStates = new Map<string, PairState>();
  const scheduleStates = new Map<string, ScheduleState>();
  const pages = new Map<string, IndexPage>();
  const audits = new Map<string, AuditPage>();
  const recordAudit = (chain: string, entries: readonly AuditEntry[]) => {
    for (const entry of entries) {
      const key = auditKey(chain, auditPageOf(entry.n));
      audits.set(key, addToAudit(audits.get(key), entry));
    }
  };
  const runs = new Map<string, RunStatus>();
  const operationStates = new Map<string, OperationState>();
  const effects: string[] = [];
  const published: string[] = [];
  const alerts: string[] = [];
  const effect = (name: string, apply: () => void): Promise<void> => {
    const number = effects.length + 1;
    if (fake.crashAt === number - 0.5) return crash();
    apply();
    effects.push(name);
    return fake.crashAt === number ? crash() : Promise.resolve();
  };
  const crash = () => {
    fake.crashAt = undefined;
    dead = true;
    return Promise.reject(new Crash("the process died"));
  };
  let dead = false;
  const changeRecord = (id: string, change: PromotionChange) => {
    const entry = entryFor(record.get(id), change);
    if (!entry) return;
    const step = auditChange(entry, change, digest);
    record.set(id, step.state);
    recordAudit(promotionChain(id), step.entries);
  };
  const changePair = (pair: PairKey, operation: PairOperation): PairAnswer => {
    const step = auditStep(pair, pairStates.get(pair), operation, digest);
    pairStates.set(pair, step.state);
    recordAudit(pairChain(pair), step.entries);
    if (step.indexed) {
      const key = indexKey(pair, step.indexed.page);
      pages.set(key, changeIndex(pages.get(key), { kind: "add", ...step.indexed }));
    }
    return step.answer;
  };
  const started = new Map<string, Registration | undefined>();
  /** The first steps of a run, as in the orchestration. */
  const goOn = (id: string) => {
    const at = clock.now();
    if (fake.runsGet === "nowhere") return;
    changeRecord(id, { kind: "begin", runId: `run-${id}`, at, registration: started.get(id) });
    const entry = record.get(id);
    if (!entry || fake.runsGet === "registered") return;
    started.delete(id);
    const answer = changePair(pairOf(entry).key, { kind: "register", requestId: id, at: entry.acceptedAt });
    if (answer !== "queue-full") return;
    const ending = { outcome: "refused", reason: reason(answer, "too many") } as const;
    changeRecord(id, { kind: "conclude", ending, at });
    published.push(record.get(id)!.conclusion!.event);
    changeRecord(id, { kind: "announced", at });
    runs.set(id, "completed");
  };
  const fake: FakePorts = {
    effects,
    published,
    alerts,
    record,
    pairStates,
    runs,
    operationStates,
    crashAt: undefined,
    refusals: 0,
    scheduled: [],
    pairsFile: policies,
    runsGet: "with-its-pair",
    register: (r) => {
      const pair = { key: keyOf(r.request.pair), blueFirst: true };
      record.set(r.requestId, register(record.get(r.requestId), { pair, ...r }));
      return Promise.resolve();
    },
    takeOver: () => {
      for (const id of [...started.keys()]) goOn(id);
    },
    clock: {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      // The crash surfaces at the next wait, since a dead process does not wait.
      sleep: (ms) => {
        if (dead) {
          dead = false;
          return Promise.reject(new Crash("the process died"));
        }
        clock.advanceTo(clock.now() + ms);
        return Promise.resolve();
      },
    },
    log: {
      info: () => undefined,
      warn: () => undefined,
      error: () => undefined,
      alert: (code) => alerts.push(code),
    },
    policies: known,
    deploymentWindows: deploymentWindowsOf(
      known,
      clock,
    )({ info: () => undefined, warn: () => undefined, error: () => undefined, alert: () => undefined }),
    announcer: {
      publish: (event) => {
        if (fake.refusals > 0) {
          fake.refusals--;
          return Promise.reject(new Error("the broker is down"));
        }
        return effect("publish", () => published.push(event));
      },
    },
    promotions: {
      read: (id) => Promise.resolve(record.get(id)),
      change: (id, change) =>
        effect(change.kind, () => {
          changeRecord(id, change);
        }),
      readAudit: (chain, page) => Promise.resolve(audits.get(auditKey(chain, page))),
      readIndex: (pair, page) => Promise.resolve(pages.get(indexKey(pair, page))),
      changeIndex: (pair, page, change) =>
        effect(`index ${change.kind}`, () => {
          const key = indexKey(pair, page);
          pages.set(key, changeIndex(pages.get(key), change));
        }),
      purgeRuns: async (id) => {
        if (runs.get(id) === "live") return false;
        await effect("purge", () => runs.delete(id));
        return true;
      },
      runStatus: (id) => Promise.resolve(runs.get(id) ?? "absent"),
      startRun: (id, registration) =>
        effect("start", () => {
          if (runs.get(id) === "live") return;
          runs.set(id, "live");
          started.set(id, registration);
          goOn(id);
        }),
      wake: () => Promise.resolve(),
    },
    pairs: {
      read: (pair) => Promise.resolve(pairStates.get(pair)),
      signal: (pair, operation) =>
        effect(operation.kind, () => {
          changePair(pair, operation);
        }),
      readRoster: () => Promise.resolve(roster),
      noteRoster: (change) => {
        roster = applyToRoster(roster, change);
        return Promise.resolve();
      },
    },
    operations: {
      read: (nonce) => Promise.resolve(operationStates.get(nonce)),
      signal: (nonce, change) =>
        effect(`operation ${change.kind}`, () => {
          const state = applyToOperation(operationStates.get(nonce), change);
          if (state) operationStates.set(nonce, state);
        }),
    },
    prober: { ask: () => Promise.resolve({ kind: "none", detail: "a fake" }) },
    schedules: {
      all: () => fake.scheduled,
      read: (pair) => Promise.resolve(scheduleStates.get(pair)),
      signal: (pair, operation) =>
        effect(operation.kind, () =>
          scheduleStates.set(pair, applyToSchedules(scheduleStates.get(pair), operation)),
        ),
    },
    cloudServices: {
      readService: () => Promise.resolve({ kind: "unavailable", detail: "a fake" }),
      readInstances: () => Promise.resolve({ kind: "unavailable", detail: "a fake" }),
      readPublicIp: () => Promise.resolve({ kind: "unavailable", detail: "a fake" }),
      readPermissions: () => Promise.resolve({ kind: "unavailable", detail: "a fake" }),
      requestSwap: () => Promise.reject(new Error("a fake sends nothing")),
      readOperation: () => Promise.resolve({ kind: "unreadable", detail: "a fake" }),
    },
    digest,
    nonce,
  };
  return fake;
}
