import { faultsAround } from "./planted-around";
import { faultsOfOperating } from "./planted-operating";

/** One rule of the protocol undone: a text of the compiled product that occurs exactly once, and what stands there instead. */
export interface PlantedFault {
  readonly name: string;
  /** Section of design.md whose rule is undone. */
  readonly rule: string;
  /** Below the compiled `src/`. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

const attempt = "activities/attempt-swap.js";
const pair = "domain/pair-operations.js";
const settlement = "domain/settlement.js";

const faultsOfTheSwap: readonly PlantedFault[] = [
  {
    name: "skip the claim",
    rule: "§4.2",
    file: attempt,
    find: `if (claim.kind !== "granted")`,
    replace: `if (false)`,
  },
  {
    name: "claim without read-back",
    rule: "§4.2",
    file: attempt,
    find: `const claim = readClaim(await ports.pairs.read(pair), input, nonce);`,
    replace: `const claim = { kind: "granted" };`,
  },
  {
    name: "nonce not compared",
    rule: "§4.2",
    file: attempt,
    find: `if (open?.nonce === nonce)`,
    replace: `if (open?.requestId === input.requestId)`,
  },
  {
    name: "open attempt ignored",
    rule: "§4.1",
    file: pair,
    find: `[state.open !== undefined, "attempt-open"],`,
    replace: ``,
  },
  {
    name: "cancel ignored at the claim",
    rule: "§4.1",
    file: pair,
    find: `[state.cancels.some((cancel) => cancel.requestId === op.requestId), "cancelled"],`,
    replace: ``,
  },
  {
    name: "cancel granted while an attempt is open",
    rule: "§3",
    file: "domain/pair-people.js",
    find: `if (state.open?.requestId === op.requestId)`,
    replace: `if (false)`,
  },
  {
    name: "epoch ignored",
    rule: "§4.1",
    file: pair,
    find: `[lease?.epoch !== op.epoch, "stale-epoch"],`,
    replace: ``,
  },
  {
    name: "hold ignored at the claim",
    rule: "§4.1",
    file: pair,
    find: `[op.act === "forward" && state.holds.length > 0, "on-hold"],`,
    replace: ``,
  },
  {
    name: "lease given while another holds it",
    rule: "§3.5",
    file: pair,
    find: `if (!first || state.lease || `,
    // Only from holders that have sent something: two that take it from each other again and again send nothing at all.
    replace: `if (!first || state.lease?.closed === 0 || `,
  },
  {
    name: "lease released before the outcome",
    rule: "§3.10",
    file: "orchestrations/steps/swap.js",
    find: `case "observe-again":`,
    replace: `case "observe-again":
                yield* change(run, { kind: "leave", requestId: run.requestId });`,
  },
  {
    name: "a halt puts nothing on hold",
    rule: "§3.10",
    file: "domain/outcome.js",
    find: `return outcome === "halted" || outcome === "swapped-back";`,
    replace: `return false;`,
  },
  {
    name: "no reads before the PUT",
    rule: "§4.3",
    file: attempt,
    find: `barred ?? (await decideFromFreshReads(input, state !== undefined && (0, approval_rule_1.isBreakGlass)(state), ports));`,
    replace: `barred ?? { kind: "send" };`,
  },
  {
    name: "reads before the PUT not obeyed",
    rule: "§4.3",
    file: attempt,
    find: `if (decision.kind !== "send")`,
    replace: `if (false)`,
  },
  {
    name: "fresh readiness before the PUT ignored",
    rule: "§4.3",
    file: "domain/attempt-decision.js",
    find: `?? readiness(reads, needed);`,
    replace: `?? { kind: "send" };`,
  },
  {
    name: "target held not checked",
    rule: "§4.3",
    file: "domain/attempt-decision.js",
    find: `if (slots === "after")`,
    replace: `if (false)`,
  },
  {
    name: "identity of the plan not compared",
    rule: "§4.3",
    file: "domain/attempt-decision.js",
    find: `if (changed.length > 0) {`,
    replace: `if (false) {`,
  },
  {
    name: "PUT after 60 s",
    rule: "§4.3",
    file: attempt,
    find: `if (!isInWindow(input, started, ports)) {`,
    replace: `if (false) {`,
  },
  {
    name: "retries of the SDK on",
    rule: "§4.3",
    file: "adapters/resource-manager/arm-client.js",
    find: `retryOptions: { maxRetries: 0 }`,
    replace: `retryOptions: { maxRetries: 3 }`,
  },
  {
    name: "a lost reply counts as declined",
    rule: "§4.4",
    file: "adapters/resource-manager/cloud-services.js",
    find: `return { kind: "unknown", detail: describeFault(fault) };`,
    replace: `return { kind: "declined", status: 0, code: "lost", detail: describeFault(fault) };`,
  },
  {
    name: "closed on the operation's success alone",
    rule: "§4.6",
    file: "orchestrations/waits/settlement.js",
    find: `const underWay = `,
    replace: `if (operation?.kind === "succeeded") {
            const proof = { kind: "done", detail: "the operation succeeded" };
            const verified = { detail: proof.detail, finalRead: null };
            return { kind: "decided", verdict: { kind: "closed", proof, verdict, nonce: open?.nonce, verified } };
        }
        const underWay = `,
  },
  {
    name: "success published before the read",
    rule: "§4.6",
    file: "orchestrations/steps/swap.js",
    find: `yield* (0, attempts_1.note)(run, "forward", n, result);`,
    replace: `yield* (0, attempts_1.note)(run, "forward", n, result);
    if (result.verdict?.kind === "accepted") return { kind: "verify", byUs: true, verified: { detail: "accepted", finalRead: null } };`,
  },
  {
    name: "no effect concluded at once after unknown",
    rule: "§4.6",
    file: settlement,
    find: `now - since < proofSpan(swap)`,
    replace: `false`,
  },
  {
    name: "no effect concluded before the settle time",
    rule: "§4.6",
    file: settlement,
    find: `return swap.claimWindowMs + swap.putTimeoutMs + swap.operationDeadlineMs;`,
    replace: `return swap.claimWindowMs + swap.putTimeoutMs;`,
  },
  {
    name: "third attempt after two unknown",
    rule: "§4.6",
    file: "domain/attempt.js",
    find: `exports.MOST_LOST = 2;`,
    replace: `exports.MOST_LOST = 9;`,
  },
  {
    name: "stableFor ignored",
    rule: "§3.6",
    file: "domain/readiness.js",
    find: `stableMs >= rule.stableForMs`,
    replace: `stableMs >= 0`,
  },
  {
    name: "gaps between looks ignored",
    rule: "§3.6",
    file: "domain/readiness.js",
    find: `readySince: unbroken ?`,
    replace: `readySince: true ?`,
  },
  {
    name: "missing instances count as ready",
    rule: "§4 I11",
    file: "domain/readiness.js",
    find: `return count === capacity && capacity > 0 ? []`,
    replace: `return true ? []`,
  },
  {
    name: "unknown states count as ready",
    rule: "§4 I11",
    file: "domain/instance-state.js",
    find: `verdict: "not-yet",
        reason: passing.get(key)`,
    replace: `verdict: "ready",
        reason: passing.get(key)`,
  },
  {
    name: "duplicate judged by its id only",
    rule: "§3.0",
    file: "domain/acceptance.js",
    find: `if (ledger.contentHash !== contentHash)`,
    replace: `if (false)`,
  },
  {
    name: "message completed before anything is stored",
    rule: "§3.0",
    file: "triggers/queue.js",
    find: `const accepted = await (0, accept_1.acceptRequest)(registration, ports);`,
    replace: `const accepted = { kind: "new" };
        (0, accept_1.acceptRequest)(registration, ports).catch(() => undefined);`,
  },
  {
    name: "enlisting skipped",
    rule: "§3.0",
    file: "domain/pair-answers.js",
    find: `return state.enlisted.some((entry) => entry.requestId === requestId);`,
    replace: `return true;`,
  },
  {
    name: "bytes of the event not frozen",
    rule: "§3.10",
    file: "activities/announce.js",
    find: `await ports.announcer.publish(state.conclusion.event);`,
    replace: `await ports.announcer.publish(JSON.stringify({ ...JSON.parse(state.conclusion.event), time: new Date(ports.clock.now()).toISOString() }));`,
  },
  {
    name: "completion event id not stable",
    rule: "§4 I4",
    file: "activities/announce.js",
    find: `await ports.announcer.publish(state.conclusion.event);`,
    replace: `await ports.announcer.publish(JSON.stringify({ ...JSON.parse(state.conclusion.event), id: ports.nonce() }));`,
  },
  {
    name: "delisted before announced",
    rule: "§3.10",
    file: "orchestrations/steps/conclude.js",
    find: `if (!stored.announced && !(yield* announce(run)))`,
    replace: `yield* (0, calls_1.applyToPairEntity)(context, pair, { kind: "delist", requestId });
    if (!stored.announced && !(yield* announce(run)))`,
  },
  {
    name: "no janitor",
    rule: "§3",
    file: "triggers/janitor.js",
    find: `const ports = portsFor(context);`,
    replace: `return; const ports = portsFor(context);`,
  },
];

/** Each must be caught by an invariant (`npm run simulate -- --planted`). */
export const plantedFaults: readonly PlantedFault[] = [
  ...faultsOfTheSwap,
  ...faultsAround,
  ...faultsOfOperating,
];
