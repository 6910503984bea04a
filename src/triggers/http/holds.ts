import { parseHold, parseNote } from "../../contracts/commands";
import { type Code, reason } from "../../domain/kernel/reason-codes";
import { showTime } from "../../domain/kernel/time";
import { emptyPair, type Hold, type PairAnswer, type PairState } from "../../domain/pair/pair";
import { type ShownPairHold, type ShownReach, viewHold, viewPair } from "../../domain/pair/view";
import type { PairPolicy } from "../../domain/policy/policy";
import type { Caller } from "../../ports/identity";
import type { Ports } from "../../ports/ports";
import { inParallel } from "../in-parallel";
import { askPairs, NotAcknowledged, type Question } from "../read-back";
import { unacknowledged } from "./acknowledged";
import { wakeAndAnnounce } from "./after-hold";
import { type Call, readJson } from "./call";
import { type HoldReachAt, reachOfAll, showReach } from "./hold-reach";
import { policyOf } from "./pairs";
import { json, Problem } from "./problem";

/** The result of a hold, or of its release, at one pair. */
interface AtPair {
  readonly policy: PairPolicy;
  readonly answer: PairAnswer | "not-acknowledged";
  readonly state: PairState;
}

/**
 * PUT holds/{pair|all}: stops new swaps, acknowledged once every pair coordinator has recorded it. The same id with
 * the same reason is the same hold and is not announced again. When one pair does not have it, the reply is an
 * error that names the pair.
 */
export async function putHold({ request, ports, caller }: Call) {
  const policies = namedPairs(request.params["pair"], ports);
  const parsed = parseHold(await readJson(request));
  if (!parsed.ok) throw new Problem("malformed-request", "a hold needs a reason", { issues: parsed.issues });
  const id = parsed.value.id ?? `hold-${ports.nonce()}`;
  const hold: Hold = {
    id,
    at: ports.clock.now(),
    by: caller.name,
    reason: reason("on-hold", parsed.value.reason),
    words: ports.digest(parsed.value.reason).slice(0, 16),
  };
  const question = ports.nonce();
  const operation = { kind: "hold", hold, id: question, oid: caller.oid } as const;
  const results = await ask(policies, () => ({ id: question, operation }), ports);
  await announceSet(results, id, ports);
  const reaches = await reachesOf(results, ports);
  const pairs = results.map((result, i) => showAt(result, reaches[i]?.shown));
  const failing =
    results.find(({ answer }) => answer === "not-acknowledged") ??
    results.find(({ answer }) => !stands(answer));
  if (!failing) {
    const holdsFrom = reachOfAll(reaches.filter((reach) => reach !== undefined));
    return json(200, { id, holdsFrom, pairs });
  }
  const where = results.filter(({ answer }) => !stands(answer)).map(({ policy }) => policy.name);
  const detail = `not set at ${where.join(", ")}`;
  const members = { id, pairs };
  if (failing.answer !== "not-acknowledged") throw new Problem(codeOf(failing.answer), detail, { members });
  const nextStep = `send the same PUT again with the id ${id}: it is the same hold`;
  const { timeZone } = failing.policy;
  throw unacknowledged(`not confirmed at ${where.join(", ")}`, { nextStep, timeZone }, ports, {
    members,
  });
}

function showAt({ policy, answer, state }: AtPair, reach?: ShownReach): ShownPairHold {
  return {
    pair: policy.name,
    state: stands(answer) ? "held" : answer,
    ...reach,
    // Unknown for a pair that did not answer.
    holds:
      answer === "not-acknowledged" ? undefined : state.holds.map((each) => viewHold(each, policy.timeZone)),
  };
}

function stands(answer: AtPair["answer"]): boolean {
  return answer === "done" || answer === "stands";
}

/** Announces the holds that this call set, with the stored reason. */
async function announceSet(results: readonly AtPair[], id: string, ports: Ports): Promise<void> {
  const recorded = results.flatMap(({ policy: pair, answer, state }) => {
    const hold = state.holds.find((each) => each.id === id);
    if (answer !== "done" || !hold) return [];
    const detail = `by ${hold.by ?? "?"}: ${hold.reason.detail}`;
    ports.log.warn("a pair was put on hold", { pair: pair.name, detail });
    return [{ state, news: [{ pair, hold, step: "hold-set" as const, detail, audit: state.audit }] }];
  });
  await wakeAndAnnounce(recorded, ports);
}

async function reachesOf(results: readonly AtPair[], ports: Ports): Promise<(HoldReachAt | undefined)[]> {
  const found: (HoldReachAt | undefined)[] = [];
  await inParallel([...results.entries()], READS_AT_ONCE, async ([i, { policy, answer, state }]) => {
    found[i] = stands(answer) ? await showReach(policy, state, ports) : undefined;
  });
  return found;
}

/**
 * DELETE holds/{pair|all}: releases holds, with a note. Without `?id=` every hold of the pair; at all pairs only
 * the hold with this id.
 */
export async function deleteHold({ request, ports, caller }: Call) {
  const target = request.params["pair"];
  const policies = namedPairs(target, ports);
  const inQuery = request.query.get("note");
  const parsed = parseNote((await readJson(request)) ?? (inQuery === null ? {} : { note: inQuery }), true);
  if (!parsed.ok) throw new Problem("note-required", "a release needs a note", { issues: parsed.issues });
  const only = request.query.get("id") ?? undefined;
  if (target === "all" && only === undefined) {
    const issue = {
      path: "$.id",
      value: "nothing",
      expectation: "the id of the hold to release everywhere",
    };
    throw new Problem("invalid-query", "name the hold by ?id=", { issues: [issue] });
  }
  const released = await release(policies, { only, caller, note: parsed.value.note }, ports);
  const done = released.filter((each) => each.answer === "released");
  const lost = released.filter((each) => each.answer === "not-acknowledged");
  const [unseen] = lost;
  if (unseen) {
    const nextStep = "read the pairs, then send the same DELETE again: no-hold means released";
    const { timeZone } = unseen.policy;
    const detail = `release not confirmed at ${lost.map((l) => l.policy.name).join(", ")}`;
    const members = { released: done.map(({ described }) => described) };
    throw unacknowledged(detail, { nextStep, timeZone }, ports, { members });
  }
  const [first] = done;
  if (!first) throw new Problem("no-hold", `no such hold at ${policies.map((p) => p.name).join(", ")}`);
  if (target !== "all")
    return json(200, { ...viewPair(first.policy, first.state), released: first.described });
  return json(200, { released: done.map(({ described }) => described) });
}

interface Release {
  readonly only: string | undefined;
  readonly caller: Caller;
  readonly note: string;
}

/** The result at each pair that had a matching hold. */
async function release(
  policies: readonly PairPolicy[],
  { only, caller: { name: by, oid }, note }: Release,
  ports: Ports,
) {
  const at = ports.clock.now();
  const standing = new Map<string, readonly Hold[]>();
  await inParallel(policies, READS_AT_ONCE, async ({ key }) => {
    const holds = (await ports.pairs.read(key))?.holds ?? [];
    const meant = holds.filter((hold) => only === undefined || hold.id === only);
    if (meant.length > 0) standing.set(key, meant);
  });
  const holdsOf = ({ key }: PairPolicy) => standing.get(key) ?? [];
  const id = ports.nonce();
  const questionFor = (policy: PairPolicy) => {
    const holdIds = holdsOf(policy).map((hold) => hold.id);
    return { id, operation: { kind: "release", id, holdIds, by, oid, note, at } as const };
  };
  const asked = policies.filter(({ key }) => standing.has(key));
  const results = (await ask(asked, questionFor, ports)).map((result) => {
    const { timeZone } = result.policy;
    const holds = holdsOf(result.policy).map((hold) => viewHold(hold, timeZone));
    return {
      ...result,
      described: { pair: result.policy.name, by, note, at: showTime(at, timeZone), holds },
    };
  });
  const recorded = results.flatMap(({ policy, answer, state }) => {
    if (answer !== "released") return [];
    const detail = `by ${by}: ${note}`;
    ports.log.info("a hold was released", { pair: policy.name, detail });
    const about = { pair: policy, step: "hold-released", detail, audit: state.audit } as const;
    return [{ state, news: holdsOf(policy).map((hold) => ({ ...about, hold })) }];
  });
  await wakeAndAnnounce(recorded, ports);
  return results;
}

const READS_AT_ONCE = 32;

/**
 * Asks the pair coordinators and reads the answers back. A pair that does not answer does not hide the results of
 * the others.
 */
async function ask(
  policies: readonly PairPolicy[],
  questionFor: (policy: PairPolicy) => Question,
  ports: Ports,
): Promise<readonly AtPair[]> {
  const questions = new Map(policies.map((policy) => [policy.key, questionFor(policy)]));
  const answers = await askPairs("the hold or its release", questions, ports);
  return policies.map((policy) => {
    const result = answers.get(policy.key);
    if (result && !(result instanceof NotAcknowledged)) return { policy, ...result };
    const detail = questions.get(policy.key)?.operation.kind;
    ports.log.warn("a pair did not acknowledge in time", { pair: policy.name, detail, fault: result });
    return { policy, answer: "not-acknowledged", state: emptyPair };
  });
}

function codeOf(answer: AtPair["answer"]): Code {
  if (answer === "released") return "hold-released";
  if (answer === "other-words") return "hold-differs";
  return answer === "too-many-holds" ? answer : "not-acknowledged";
}

function namedPairs(target: string | undefined, ports: Ports): readonly PairPolicy[] {
  return target === "all" ? ports.policies.all() : [policyOf(target ?? "", ports)];
}
