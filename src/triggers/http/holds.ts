import type { HttpResponseInit } from "@azure/functions";
import { parseHold, parseNote } from "../../contracts/commands";
import type { ChainHead } from "../../domain/audit-chain";
import { reason, type Code } from "../../domain/codes";
import { composeHoldNews } from "../../domain/completion-event";
import { emptyPair, type Hold, type PairAnswer, type PairState } from "../../domain/pair";
import type { PairPolicy } from "../../domain/policy";
import { showTime } from "../../domain/shown-time";
import type { Caller } from "../../ports/identity";
import type { Ports } from "../../ports/ports";
import { askPair, NotAcknowledged } from "../read-back";
import { unacknowledged } from "./acknowledged";
import { readJson, type Call } from "./call";
import { reachOfAll, showReach } from "./hold-reach";
import { policyOf, showHold, summarise } from "./pairs";
import { json, Problem } from "./problem";

/** What became of a hold, or of its release, at one pair. */
interface AtPair {
  readonly policy: PairPolicy;
  readonly answer: PairAnswer | "not-acknowledged";
  readonly state: PairState;
}

/**
 * PUT holds/{pair|all}: stops the line, acknowledged only once every pair's arbiter has recorded it. The same id again
 * is the same hold; wherever it does not stand the answer is an error that names the pair.
 */
export async function putHold({ request, ports, caller }: Call): Promise<HttpResponseInit> {
  const policies = namedPairs(request.params["pair"], ports);
  const parsed = parseHold(await readJson(request));
  if (!parsed.ok)
    throw new Problem("malformed-request", "a hold needs a reason", { complaints: parsed.complaints });
  const at = ports.clock.now();
  const id = parsed.value.id ?? `hold-${ports.nonce()}`;
  const hold: Hold = { id, at, reason: reason("on-hold", parsed.value.reason), by: caller.name };
  const question = ports.nonce();
  const { oid } = caller;
  const results = await atEach(policies, { kind: "hold", hold, id: question, oid }, question, ports);
  for (const { policy, answer, state } of results) {
    if (answer !== "done") continue;
    ports.log.warn("the line is stopped", {
      pair: policy.name,
      detail: `by ${caller.name}: ${parsed.value.reason}`,
    });
    await wakeAll(state, ports);
    const told = `by ${caller.name}: ${parsed.value.reason}`;
    await tell({ pair: policy, hold, step: "hold-set", detail: told, audit: state.audit }, ports);
  }
  const reaches = await Promise.all(
    results.map(({ policy, answer, state }) =>
      answer === "done" ? showReach(policy, state, ports) : Promise.resolve(undefined),
    ),
  );
  const pairs = results.map(({ policy, answer, state }, i) => ({
    pair: policy.name,
    state: answer === "done" ? "held" : answer,
    ...reaches[i]?.shown,
    // Of a pair that did not answer nobody knows what stands there.
    ...(answer === "not-acknowledged"
      ? {}
      : { holds: state.holds.map((each) => showHold(each, policy.timeZone)) }),
  }));
  const failing =
    results.find(({ answer }) => answer === "not-acknowledged") ??
    results.find(({ answer }) => answer !== "done");
  if (!failing) {
    const holdsFrom = reachOfAll(reaches.filter((reach) => reach !== undefined));
    return json(200, { id, by: caller.name, reason: parsed.value.reason, holdsFrom, pairs });
  }
  const where = results.filter(({ answer }) => answer !== "done").map(({ policy }) => policy.name);
  const detail = `not set at ${where.join(", ")}`;
  const members = { id, pairs };
  if (failing.answer !== "not-acknowledged") throw new Problem(codeOf(failing.answer), detail, { members });
  const nextStep = `send the same PUT again with the id ${id}: it is the same hold`;
  const { timeZone } = failing.policy;
  throw unacknowledged(`not seen to be set at ${where.join(", ")}`, { nextStep, timeZone }, ports, {
    members,
  });
}

/**
 * DELETE holds/{pair|all}: a person has looked, says so, and the line moves again. Without `?id=` all that stand at
 * this pair are released; at every pair at once only one that is named by its id.
 */
export async function deleteHold({ request, ports, caller }: Call): Promise<HttpResponseInit> {
  const target = request.params["pair"];
  const policies = namedPairs(target, ports);
  const inQuery = request.query.get("note");
  const parsed = parseNote((await readJson(request)) ?? (inQuery === null ? {} : { note: inQuery }), true);
  if (!parsed.ok)
    throw new Problem("note-required", "a release needs a note", { complaints: parsed.complaints });
  const only = request.query.get("id") ?? undefined;
  if (target === "all" && only === undefined) {
    const complaint = {
      path: "$.id",
      value: "nothing",
      expectation: "the id of the hold to release everywhere",
    };
    throw new Problem("invalid-query", "name the hold by ?id=", { complaints: [complaint] });
  }
  const released = await Promise.all(
    policies.map((policy) => releaseAt(policy, { only, caller, note: parsed.value.note }, ports)),
  );
  const done = released.filter((each) => each.answer === "released");
  const lost = released.filter((each) => each.answer === "not-acknowledged");
  const [unseen] = lost;
  if (unseen) {
    const nextStep = "look at the pairs, then send the same DELETE again: no-hold says that it is released";
    const { timeZone } = unseen.policy;
    const detail = `not seen to be released at ${lost.map((l) => l.policy.name).join(", ")}`;
    const members = { released: done.map(({ policy, told }) => ({ pair: policy.name, ...told })) };
    throw unacknowledged(detail, { nextStep, timeZone }, ports, { members });
  }
  const [first] = done;
  if (!first)
    throw new Problem("no-hold", `no such hold stands at ${policies.map((p) => p.name).join(", ")}`);
  if (target !== "all") return json(200, { ...summarise(first.policy, first.state), released: first.told });
  return json(200, { released: done.map(({ policy, told }) => ({ pair: policy.name, ...told })) });
}

interface Release {
  readonly only: string | undefined;
  readonly caller: Caller;
  readonly note: string;
}

async function releaseAt(policy: PairPolicy, { only, caller, note }: Release, ports: Ports) {
  const { name: by, oid } = caller;
  const before = (await ports.pairs.read(policy.key)) ?? emptyPair;
  const holds = before.holds.filter((hold) => only === undefined || hold.id === only);
  const at = ports.clock.now();
  const told = {
    by,
    note,
    at: showTime(at, policy.timeZone),
    holds: holds.map((hold) => showHold(hold, policy.timeZone)),
  };
  if (holds.length === 0) return { policy, answer: "no-hold" as const, state: before, told };
  const id = ports.nonce();
  const holdIds = holds.map((hold) => hold.id);
  const operation = { kind: "release", id, holdIds, by, oid, note, at } as const;
  const result = await ask(policy, operation, id, ports);
  if (result.answer === "released") {
    ports.log.info("a hold was released", { pair: policy.name, detail: `by ${by}: ${note}` });
    await wakeAll(result.state, ports);
    const { audit } = result.state;
    for (const hold of holds)
      await tell({ pair: policy, hold, step: "hold-released", detail: `by ${by}: ${note}`, audit }, ports);
  }
  return { ...result, told };
}

type Asked = Extract<Parameters<Ports["pairs"]["signal"]>[1], { kind: "hold" | "release" }>;

function atEach(policies: readonly PairPolicy[], operation: Asked, id: string, ports: Ports) {
  return Promise.all(policies.map((policy) => ask(policy, operation, id, ports)));
}

/** Asks one arbiter and reads the answer back; a pair that does not answer must not hide what became of the others. */
async function ask(policy: PairPolicy, operation: Asked, id: string, ports: Ports): Promise<AtPair> {
  try {
    return { policy, ...(await askPair(`the ${operation.kind}`, policy.key, { id, operation }, ports)) };
  } catch (fault) {
    if (!(fault instanceof NotAcknowledged)) throw fault;
    const fields = { pair: policy.name, detail: operation.kind, fault };
    ports.log.warn("a pair did not acknowledge in time", fields);
    return { policy, answer: "not-acknowledged", state: emptyPair };
  }
}

function codeOf(answer: AtPair["answer"]): Code {
  if (answer === "released") return "hold-released";
  return answer === "too-many-holds" ? answer : "not-acknowledged";
}

function namedPairs(target: string | undefined, ports: Ports): readonly PairPolicy[] {
  return target === "all" ? ports.policies.all() : [policyOf(target ?? "", ports)];
}

/** What was written stands already: a promotion that cannot be read wakes by its own timer. */
async function wakeAll({ lease, line }: PairState, ports: Ports): Promise<void> {
  const holder = lease ? [lease.holder] : [];
  for (const requestId of [...holder, ...line.map((entry) => entry.requestId)]) {
    try {
      const waiting = (await ports.promotions.read(requestId))?.waiting;
      if (waiting) await ports.promotions.wake(waiting.instanceId);
    } catch (fault) {
      ports.log.warn("a promotion was not woken", { requestId, fault });
    }
  }
}

interface News {
  readonly pair: PairPolicy;
  readonly hold: Hold;
  readonly step: "hold-set" | "hold-released";
  readonly detail: string;
  readonly audit: ChainHead | undefined;
}

/** Nobody who stops the line waits for a broker. */
const NEWS_TIMEOUT_MS = 3_000;

async function tell({ pair, hold, step, detail, audit }: News, ports: Ports): Promise<void> {
  const event = composeHoldNews(pair, hold, step, detail, { at: ports.clock.now(), audit });
  try {
    await ports.announcer.publish(JSON.stringify(event), NEWS_TIMEOUT_MS);
  } catch (fault) {
    ports.log.warn("a progress event was lost", { pair: pair.name, fault });
  }
}
