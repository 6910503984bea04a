import type { Api, ShownPrerequisite, ShownPromotion } from "./api";
import type { ReceivedEvent } from "./bus";

type Say = (line?: string) => void;

/** Where and how a story is printed. */
export interface Voice {
  readonly say: Say;
  readonly heading: (text: string) => void;
}

const CHECK_MS = 200;

/** Describes a promotion while it runs, from the HTTP API; ends with its outcome. */
export async function followPromotion(
  api: Api,
  id: string,
  say: Say,
  heading: (text: string) => void,
): Promise<void> {
  const described = new Described(say, heading);
  for (;;) {
    const promotion = await api.promotion(id);
    if (promotion) described.check(promotion);
    if (promotion?.outcome) return;
    await new Promise((resolve) => setTimeout(resolve, CHECK_MS));
  }
}

/** Remembers what was printed, so that only news is. */
class Described {
  readonly #say: Say;
  readonly #heading: (text: string) => void;
  #plan: string | undefined;
  #phase: string | undefined;
  #sides = new Map<string, string>();
  #attempts = 0;
  #detail: string | undefined;

  constructor(say: Say, heading: (text: string) => void) {
    this.#say = say;
    this.#heading = heading;
  }

  check(promotion: ShownPromotion): void {
    this.#checkAtPlan(promotion);
    if (promotion.phase !== this.#phase && promotion.phase !== "concluded") {
      this.#phase = promotion.phase;
      this.#heading(`Phase: ${promotion.phase}`);
    }
    for (const { side, text } of promotion.readiness) {
      if (this.#sides.get(side) !== text) this.#say(`${side.padEnd(6)} ${text}`);
      this.#sides.set(side, text);
    }
    for (const { n, direction, verdict, evidence } of promotion.attempts.slice(this.#attempts)) {
      const beside = evidence === undefined ? "" : `; ${evidence}`;
      this.#say(`attempt ${n}${direction === undefined ? "" : ` (${direction})`}: ${verdict.text}${beside}`);
    }
    this.#attempts = promotion.attempts.length;
    const detail = promotion.waitingFor?.detail;
    if (detail !== undefined && detail !== this.#detail && !detail.includes("is not ready"))
      this.#say(detail);
    this.#detail = detail;
  }

  #checkAtPlan({ plan }: ShownPromotion): void {
    if (!plan || plan.hash === this.#plan) return;
    this.#plan = plan.hash;
    this.#heading(`The plan (${plan.hash.slice(0, 12)}…): every prerequisite with its evidence`);
    for (const prerequisite of plan.prerequisites) describePrerequisite(prerequisite, this.#say);
  }
}

const marks: Readonly<Record<string, string>> = { met: "met     ", warned: "WARNING ", broken: "NOT MET " };

export function describePrerequisite(
  { verdict, title, evidence, failure, remedy }: ShownPrerequisite,
  say: Say,
): void {
  say(`${marks[verdict] ?? verdict} ${title}: ${evidence}`);
  if (verdict === "broken") say(`         ${failure ?? ""}. Remedy: ${remedy ?? ""}`);
}

interface FinalService {
  readonly side: string;
  readonly id: string;
  readonly slot?: string;
  readonly provisioningState?: string;
  readonly version?: string;
  readonly observedAt: string;
}

interface Completion {
  readonly outcome: string;
  readonly reason: { readonly code: string; readonly detail: string; readonly remedy: string };
  readonly prerequisites: readonly ShownPrerequisite[];
  readonly finalRead: Readonly<Record<string, FinalService | null>> | null;
  readonly phases: readonly { readonly phase: string; readonly at: string }[];
}

/** The completion event in lines that fit a terminal. */
export function describeCompletion(event: ReceivedEvent, say: Say): void {
  const { outcome, reason, prerequisites, phases } = event.data as unknown as Completion;
  say(`id       ${event.id}`);
  say(`type     ${event.type}`);
  say(`outcome  ${outcome}`);
  say(`reason   ${reason.code}: ${reason.detail}`);
  say(`remedy   ${reason.remedy}`);
  for (const prerequisite of prerequisites) {
    if (prerequisite.verdict !== "broken") continue;
    say(`refused by ${prerequisite.failure ?? ""}: ${prerequisite.title}: ${prerequisite.evidence}`);
    say(`           remedy: ${prerequisite.remedy ?? ""}`);
  }
  say(`phases   ${phases.map(({ phase, at }) => `${phase} ${at.slice(11, 19)}`).join(", ")}`);
}

/** The final read of both services. */
export function describeFinalRead(event: ReceivedEvent, say: Say): void {
  const { finalRead } = event.data as unknown as Completion;
  for (const service of Object.values(finalRead ?? {})) {
    if (!service) continue;
    const name = service.id.slice(service.id.lastIndexOf("/") + 1);
    const state = `version ${service.version ?? "?"}, provisioning ${service.provisioningState ?? "?"}`;
    say(
      `${name} holds ${service.slot ?? "an unknown slot"} (${state}), read at ${service.observedAt.slice(11, 19)} UTC`,
    );
  }
}
