import type { Api, ShownPrerequisite, ShownPromotion } from "./api";
import type { ReceivedEvent } from "./bus";

type Say = (line?: string) => void;

const LOOK_MS = 200;

/** Tells of a promotion while it goes on, from what the HTTP API shows; ends with its outcome. */
export async function followPromotion(
  api: Api,
  id: string,
  say: Say,
  heading: (text: string) => void,
): Promise<void> {
  const told = new Told(say, heading);
  for (;;) {
    const promotion = await api.promotion(id);
    if (promotion) told.look(promotion);
    if (promotion?.outcome) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** Remembers what was said, so that only news is. */
class Told {
  readonly #say: Say;
  readonly #heading: (text: string) => void;
  #plan: string | undefined;
  #phase: string | undefined;
  #instances = new Map<string, string>();
  #attempts = 0;
  #detail: string | undefined;

  constructor(say: Say, heading: (text: string) => void) {
    this.#say = say;
    this.#heading = heading;
  }

  look(promotion: ShownPromotion): void {
    this.#lookAtPlan(promotion);
    if (promotion.phase !== this.#phase && promotion.phase !== "concluded") {
      this.#phase = promotion.phase;
      this.#heading(`Phase: ${promotion.phase}`);
    }
    for (const line of promotion.readiness) this.#lookAtInstances(line);
    for (const { n, verdict } of promotion.attempts.slice(this.#attempts))
      this.#say(`attempt ${n}: ${verdict}`);
    this.#attempts = promotion.attempts.length;
    const detail = promotion.waitingFor?.detail;
    if (detail !== undefined && detail !== this.#detail && !detail.includes("is not ready"))
      this.#say(detail);
    this.#detail = detail;
  }

  #lookAtPlan({ plan }: ShownPromotion): void {
    if (!plan || plan.hash === this.#plan) return;
    this.#plan = plan.hash;
    this.#heading(`The plan (${plan.hash.slice(0, 12)}…): every prerequisite with its evidence`);
    for (const prerequisite of plan.prerequisites) tellPrerequisite(prerequisite, this.#say);
  }

  /** A line reads "green: WebRole_IN_0 RoleStateStarted, WebRole_IN_1 RoleStateBusy (does not respond)". */
  #lookAtInstances(line: string): void {
    const [side = "", rest = ""] = line.split(/: (.*)/s);
    for (const told of rest.split(", ")) {
      const [name = "", ...state] = told.split(" ");
      const key = `${side}/${name}`;
      if (!/_IN_\d+$/.test(name) || this.#instances.get(key) === state.join(" ")) continue;
      const before = this.#instances.get(key)?.split(" ")[0];
      this.#instances.set(key, state.join(" "));
      this.#say(`${side.padEnd(6)} ${name.padEnd(18)} ${before ? `${before} -> ` : ""}${state.join(" ")}`);
    }
  }
}

const marks: Readonly<Record<string, string>> = { met: "met     ", warned: "WARNING ", broken: "NOT MET " };

export function tellPrerequisite(
  { verdict, title, evidence, code, remedy }: ShownPrerequisite,
  say: Say,
): void {
  say(`${marks[verdict] ?? verdict} ${title}: ${evidence}`);
  if (verdict === "broken") say(`         ${code}. Remedy: ${remedy ?? ""}`);
}

interface FinalService {
  readonly side: string;
  readonly id: string;
  readonly slot?: string;
  readonly provisioningState?: string;
  readonly version?: string;
  readonly observedAt: string;
}

/** The completion event in lines that fit a terminal. */
export function tellCompletion(event: ReceivedEvent, say: Say): void {
  const { data } = event;
  say(`id       ${event.id}`);
  say(`type     ${event.type}`);
  say(`outcome  ${String(data.outcome)}`);
  say(`reason   ${data.reason?.code ?? ""}: ${data.reason?.detail ?? ""}`);
  say(`remedy   ${data.reason?.remedy ?? ""}`);
  for (const prerequisite of (data["prerequisites"] as ShownPrerequisite[] | undefined) ?? []) {
    if (prerequisite.verdict !== "broken") continue;
    say(`refused by ${prerequisite.code}: ${prerequisite.evidence}`);
    say(`           remedy: ${prerequisite.remedy ?? ""}`);
  }
  const finalRead = data["finalRead"] as Record<string, FinalService | null> | null;
  for (const service of Object.values(finalRead ?? {})) {
    if (!service) continue;
    const name = service.id.slice(service.id.lastIndexOf("/") + 1);
    say(
      `re-read  ${name} holds ${service.slot ?? "?"} (version ${service.version ?? "?"}, ${service.provisioningState ?? "?"})`,
    );
  }
  const phases = (data["phases"] as { phase: string; at: string }[] | undefined) ?? [];
  say(`phases   ${phases.map(({ phase, at }) => `${phase} ${at.slice(11, 19)}`).join(", ")}`);
}
