import { type Case, hasServiceFault, isRedeployed, isRoughBefore, roughOf, type World } from "./case";
import type { Plan } from "./observed";
import { quorumOf, rejectionsOf } from "./people";

const SECOND = 1_000;
/** No claim this long before or after a vote or order: so it was in time. */
const MARGIN_MS = 15 * SECOND;
/** Until every wait has checked again and the outcome is published. */
const HEARD_MS = 90 * SECOND;
/** From an order to the outcome of a rollback, without its operation. */
const BACK_MS = 240 * SECOND;

/** Votes, orders and regressions that must take effect, whatever else happens. */
export const words = [
  "a cancel in time ends it",
  "a rejection in time ends it",
  "a regression is answered",
  "an order to roll back is carried out",
] as const;

interface Kept {
  readonly word: (typeof words)[number];
  /** The violation; undefined when it took effect. */
  readonly broken: string | undefined;
}

/** Judged only if all faults have observable consequences. */
export function wordsKept(world: World, plan: Plan, it: Case): Kept[] {
  const end = Number.isFinite(it.until) ? it.until : Math.max(0, ...roughOf(world).map(({ at }) => at));
  if (isRoughBefore(world, plan, end) || plan.sharing) return [];
  return [
    ...cancels(world, plan, it),
    ...rejections(world, plan, it),
    ...regressions(world, plan, it),
    ...orders(world, plan, it),
  ];
}

/** It was requested well before, has no outcome yet, and no swap is imminent. */
function isInTime(world: World, plan: Plan, it: Case, at: number): boolean {
  const acts = [...world.reads.filter((e) => e.activity === "attemptSwap"), ...world.puts];
  const isActing = acts.some((e) => e.request === it.request && e.at <= at + MARGIN_MS);
  const isTerminated = plan.userActions.some((e) => e.kind === "terminate" && e.request === it.request);
  const isOver = it.until <= at + SECOND && it.outcome?.outcome !== "cancelled";
  return it.sent.at <= at - 2 * MARGIN_MS && !isOver && !isActing && !isTerminated;
}

function judged(it: Case, word: Kept["word"], said: string, wanted: readonly string[], by: number): Kept {
  const { outcome = "nothing" } = it.outcome ?? {};
  const isKept = wanted.includes(outcome) && it.until <= by;
  const described = `${it.request} ended as ${outcome} after ${Math.round(it.until / SECOND)} s`;
  return { word, broken: isKept ? undefined : `${described}, although ${said}` };
}

function cancels(world: World, plan: Plan, it: Case): Kept[] {
  const [first] = plan.userActions.filter((e) => e.kind === "cancel" && e.request === it.request);
  if (!first || !isInTime(world, plan, it, first.at)) return [];
  const said = `it was cancelled after ${first.at / SECOND} s`;
  // A rejection or an expiry at the same time is also correct.
  const others = [...expiriesAt(plan, it), ...rejectionsOf(world, plan, it).map(({ at }) => at)];
  if (others.some((at) => at <= first.at + HEARD_MS)) return [];
  return [judged(it, "a cancel in time ends it", said, ["cancelled"], first.at + HEARD_MS)];
}

function expiriesAt({ approval, readinessDeadlineMs }: Plan, { asked, from }: Case): number[] {
  return [asked.expiresAt ?? Infinity, from + (approval?.deadlineMs ?? Infinity), from + readinessDeadlineMs];
}

function rejections(world: World, plan: Plan, it: Case): Kept[] {
  const [first] = rejectionsOf(world, plan, it);
  if (!first || it.asked.breakGlass || isRedeployed(plan)) return [];
  const quorumAt = quorumOf(world, plan, it) ?? Infinity;
  const isLast =
    quorumAt <= first.at + MARGIN_MS || expiriesAt(plan, it).some((at) => at <= first.at + HEARD_MS);
  const isCancelled = plan.userActions.some(
    (e) => ["cancel", "terminate"].includes(e.kind) && e.request === it.request,
  );
  if (isLast || isCancelled || it.until <= first.at - SECOND) return [];
  return [
    judged(it, "a rejection in time ends it", `${first.by} rejected it`, ["rejected"], first.at + HEARD_MS),
  ];
}

/** Production answered correctly and then wrongly during the soak. */
function regressions(world: World, plan: Plan, it: Case): Kept[] {
  const { soak, operationSeconds } = plan;
  const { effect } = it;
  if (!soak || !effect || isMuddled(plan)) return [];
  const own = world.probed.filter(
    (e) => e.request === it.request && e.slot === "production" && e.n > effect.n,
  );
  const well = own.find((e) => e.answer === "well");
  const failure = own.find(
    (e) => e.answer === "failure" && well !== undefined && e.n > well.n && e.side === effect.production,
  );
  if (!failure) return [];
  const stays = it.asked.irreversible || soak.rollback === "never";
  const isOrdered = world.asked.some((e) => e.request === it.request);
  const wanted = isOrdered ? ["rolled-back", "halted"] : stays ? ["halted"] : ["rolled-back"];
  const said = `production answered wrongly after ${failure.at / SECOND} s`;
  return [
    judged(
      it,
      "a regression is answered",
      said,
      wanted,
      failure.at + BACK_MS + 1.2 * operationSeconds * SECOND,
    ),
  ];
}

/** Faults of calls, and swaps and deployments by others, give an order other possible results. */
function isMuddled({ userActions }: Plan): boolean {
  const isFaulted = userActions.some((e) => e.kind === "arm-fault");
  return (
    isFaulted || hasServiceFault(userActions, ["swap-by-hand", "redeployment", "scale", "other-operation"])
  );
}

/** A person orders the rollback of the observed production, and its soak continues. */
function orders(world: World, plan: Plan, it: Case): Kept[] {
  const { effect } = it;
  const [order] = world.asked.filter((e) => e.request === it.request);
  if (!order || !effect || it.asked.irreversible || isMuddled(plan)) return [];
  const isSeen = world.reads.some(
    (e) =>
      e.request === it.request &&
      e.side === effect.production &&
      /^production$/i.test(e.slot) &&
      e.n > effect.n &&
      e.at <= order.at - SECOND,
  );
  if (!isSeen || it.until <= order.at + SECOND) return [];
  const by = order.at + BACK_MS + 1.2 * plan.operationSeconds * SECOND;
  return [
    judged(it, "an order to roll back is carried out", "a person ordered its rollback", ["rolled-back"], by),
  ];
}
