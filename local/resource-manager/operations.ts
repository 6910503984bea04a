import { error, shaped } from "./arm-replies";
import type { ArmReply, ArmRequest } from "./contract";
import { DiskFault } from "./disk";
import type { OperationFault } from "./faults";
import { allStarted } from "./instances";
import { lockOf } from "./locks";
import { addressHeaders, issueAboutQuery, type AddressKind, type UrlRules } from "./operation-urls";
import { bind, exchange, type Change, type Operation, type ServiceState } from "./state";
import { momentOf, pairOf, serviceOf, takeEffect, type Pair, type World } from "./world";

const DISK_RETRY_MS = 1_000;

/** The long-running operations that exchange addresses and slots: start, effect, end and report. */
export class Operations {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
    for (const operation of world.state.operations) this.#arm(operation);
  }

  /**
   * Starts a change of a pair, and locks the pair until it ends. Returns the operation, or the reason for a refusal.
   */
  begin(pair: Pair, change: Change, entry: number, plan: OperationFault): Operation | ArmReply {
    const { state, journal, scenario, clock } = this.#world;
    const locked = lockOf(this.#world, pair);
    if (locked) return locked;
    const { repeatedPut, operationSeconds, requireRunning } = scenario.swap;
    const held = change.kind === "slot" && pair[0].slot === change.target;
    if (held && repeatedPut === "error") return error(409, "SlotAlreadyHeld", "The slot is held already.");
    const now = clock.now();
    const moment = momentOf(this.#world);
    const blocked = requireRunning && !pair.every((service) => allStarted(state, service, moment));
    const ending = endingOf(plan, blocked);
    const seconds = plan.seconds ?? operationSeconds;
    const effect = (plan.effect ?? ending.outcome === "Succeeded") && (!held || repeatedPut === "toggle");
    const operation: Operation = {
      id: `00000000-0000-4000-8000-${state.operations.length.toString(16).padStart(12, "0")}`,
      services: [pair[0].name, pair[1].name],
      location: pair[0].location,
      change,
      startedAt: now,
      endsAt: plan.outcome === "never" ? null : now + seconds * 1000,
      effectAt: effect ? now + (plan.effectAfter ?? seconds) * 1000 : null,
      ...ending,
      word: plan.word,
      entry,
      lost: plan.lost ?? false,
      urls: urlsOf(scenario.swap.operationUrls, plan),
      issued: 0,
      errorShape: plan.errorShape,
      applied: !effect,
    };
    state.operations.push(operation);
    try {
      journal.saveState(state);
    } catch (fault) {
      state.operations.pop();
      throw fault;
    }
    this.#arm(operation);
    return operation;
  }

  /** The 202 with the operation's addresses. */
  accepted(operation: Operation, request: ArmRequest): ArmReply {
    const notification = { "azure-asyncnotification": "Enabled" };
    return { status: 202, headers: { ...notification, ...this.#addresses(operation, request) } };
  }

  /** The reply at one of the operation's addresses; none without the signature of that address. */
  report(
    route: "operation" | "operation-result",
    id: string,
    query: URLSearchParams,
    request: ArmRequest,
  ): ArmReply {
    const operation = this.#find(id);
    if (!operation) return lost(id);
    const kind: AddressKind = route === "operation" ? "operations" : "operationResults";
    const issue = issueAboutQuery(operation, kind, query, this.#world.clock.now());
    if (issue) return refused(issue);
    const described =
      kind === "operations" ? this.#status(operation, request) : this.#result(operation, request);
    return shaped(described, operation.errorShape);
  }

  /** The reply of `operations/{id}`, with the status in the body. */
  #status(operation: Operation, request: ArmRequest): ArmReply {
    const { id, startedAt, endsAt, error: fault, outcome, word } = operation;
    const over = this.#isOver(operation);
    const startTime = new Date(startedAt).toISOString();
    const end = over && endsAt !== null ? { endTime: new Date(endsAt).toISOString() } : {};
    const status = over ? (word ?? outcome) : "InProgress";
    return {
      status: 200,
      headers: over ? {} : this.#addresses(operation, request),
      body: { name: id, status, startTime, ...end, ...(over && fault ? { error: fault } : {}) },
    };
  }

  /** The reply of `operationResults/{id}`: the code is the status, and the body is empty. */
  #result(operation: Operation, request: ArmRequest): ArmReply {
    if (!this.#isOver(operation)) return { status: 202, headers: this.#addresses(operation, request) };
    const { outcome, error: fault, change } = operation;
    if (outcome === "Succeeded") return { status: change.kind === "slot" ? 200 : 204, headers: {} };
    return error(
      409,
      fault?.code ?? `Operation${outcome}`,
      fault?.message ?? `The operation ended: ${outcome}.`,
    );
  }

  /** Whether the public addresses of a service do not answer now, shortly before a swap takes effect. */
  isInGap(service: ServiceState): boolean {
    const { state, clock, scenario } = this.#world;
    const from = clock.now() + scenario.swap.gapSeconds * 1000;
    return state.operations.some(
      (op) =>
        !op.applied && op.effectAt !== null && op.services.includes(service.name) && from >= op.effectAt,
    );
  }

  /** Journal entries of calls whose operation still runs, or whose effect is still to come. */
  underWay(): number[] {
    return this.#world.state.operations
      .filter((op) => !op.applied || !this.#isOver(op))
      .map((op) => op.entry);
  }

  /** Journal entries of calls whose operation failed or was cancelled without effect. */
  failed(): number[] {
    return this.#world.state.operations
      .filter((op) => this.#isOver(op) && op.outcome !== "Succeeded" && op.effectAt === null)
      .map((op) => op.entry);
  }

  #find(id: string): Operation | undefined {
    const found = this.#world.state.operations.find((each) => each.id === id.toLowerCase());
    return found?.lost ? undefined : found;
  }

  #isOver({ endsAt }: Operation): boolean {
    return endsAt !== null && this.#world.clock.now() >= endsAt;
  }

  /** The address and time of the next read: a new address in each reply (recorded). */
  #addresses(operation: Operation, { origin }: ArmRequest): Record<string, string> {
    const { clock, scenario } = this.#world;
    const base = `/subscriptions/${scenario.subscription}/providers/Microsoft.Network`;
    const named = addressHeaders(operation, origin, base, clock.now());
    return { ...named, "retry-after": String(scenario.swap.retryAfterSeconds) };
  }

  #arm(operation: Operation): void {
    if (operation.applied || operation.effectAt === null) return;
    this.#world.timer(operation.effectAt, () => {
      this.#settle(operation);
    });
  }

  #settle(operation: Operation): void {
    const service = serviceOf(this.#world, operation.services[0]);
    const pair = service && pairOf(this.#world, service);
    operation.applied = true;
    try {
      if (pair) {
        const cause = operation.change.kind === "slot" ? "PUT" : "POST";
        takeEffect(this.#world, pair, { cause, entry: operation.entry }, () => {
          this.#change(pair, operation.change);
        });
        return;
      }
      if (operation.outcome === "Succeeded") {
        operation.outcome = "Failed";
        operation.error = { code: "ResourceNotFound", message: "The pair is gone." };
      }
      this.#world.journal.saveState(this.#world.state);
    } catch (fault) {
      if (!(fault instanceof DiskFault)) throw fault;
      operation.applied = false;
      this.#world.timer(this.#world.clock.now() + DISK_RETRY_MS, () => {
        this.#settle(operation);
      });
    }
  }

  /** A slot is an end state: if it was reached meanwhile, nothing is left to do, unless a PUT toggles. */
  #change(pair: Pair, change: Change): void {
    if (change.kind === "addresses") bind(pair, change.bindings);
    else if (pair[0].slot !== change.target || this.#world.scenario.swap.repeatedPut === "toggle")
      exchange(...pair);
  }
}

function endingOf(plan: OperationFault, blocked: boolean): Pick<Operation, "outcome" | "error"> {
  const outcome = plan.outcome ?? (blocked ? "Failed" : "Succeeded");
  if (outcome === "Canceled") return { outcome };
  if (outcome !== "Failed") return { outcome: "Succeeded" };
  const usual = blocked
    ? {
        code: "VipSwapNotAllowedAsRollingUpgradeIsInProgress",
        message: "Not every role instance is running.",
      }
    : { code: "InternalOperationFailure", message: "The operation failed." };
  return {
    outcome,
    error: { code: plan.code ?? usual.code, message: plan.message ?? usual.message },
  };
}

/** The scenario's rules for addresses, where a fault has none. */
function urlsOf(usual: UrlRules, plan: OperationFault): Operation["urls"] {
  const { headers, characters, expiresAfterPolls, expiresAfter, later, origin } = plan;
  return {
    origin,
    headers: headers ?? usual.headers,
    characters: characters ?? usual.characters,
    expiresAfterPolls: expiresAfterPolls ?? usual.expiresAfterPolls,
    expiresAfter: expiresAfter ?? usual.expiresAfter,
    later: later ?? usual.later,
  };
}

function refused(issue: "unsigned" | "expired"): ArmReply {
  return issue === "expired"
    ? error(403, "OperationUrlExpired", "The signature of this address has expired.")
    : error(403, "OperationUrlNotSigned", "This address has no valid signature of this operation.");
}

function lost(id: string): ArmReply {
  return error(404, "OperationNotFound", `Operation ${id} not found.`);
}
