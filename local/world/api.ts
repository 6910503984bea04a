import type { WorldDescription } from "./world";

/** The fields of a promotion that the demo and the chaos runner read. */
export interface ShownPromotion {
  readonly phase: string;
  readonly outcome?: string;
  readonly reason?: { readonly code: string; readonly detail: string };
  readonly waitingFor?: { readonly what: string; readonly detail: string };
  readonly readiness: readonly ShownSide[];
  readonly plan?: { readonly hash: string; readonly prerequisites: readonly ShownPrerequisite[] };
  readonly approval?: {
    readonly toApprove: string;
    readonly planHash: string;
    readonly quorum: number;
    readonly approvers: string;
    readonly until: { readonly utc: string };
    readonly command: string;
  };
  readonly attempts: readonly {
    readonly n: number;
    readonly direction?: string;
    readonly verdict: { readonly text: string };
    readonly evidence?: string;
  }[];
}

/** The last observation of one service during a wait. */
interface ShownSide {
  readonly side: string;
  readonly text: string;
}

interface ShownSchedule {
  readonly name: string;
  readonly cron: string;
  readonly zone: string;
  readonly paused?: { readonly by: string; readonly note: string };
  readonly nextRuns: readonly { readonly utc: string; readonly local: string }[];
  readonly lastRun?: { readonly id: string; readonly outcome?: string };
}

interface ShownPair {
  readonly holds: readonly { readonly reason: { readonly code: string; readonly detail: string } }[];
}

export interface ShownPrerequisite {
  readonly code: string;
  readonly title: string;
  readonly verdict: string;
  readonly evidence: string;
  readonly failure?: string;
  readonly remedy?: string;
}

/** An approver's vote. */
export interface Vote {
  readonly decision: "approve" | "reject";
  readonly planHash: string;
  readonly comment: string;
}

export interface JournalLine {
  readonly method: string;
  readonly url: string;
  readonly status: number | null;
  readonly effect: string | null;
}

/** The HTTP API for one person. */
export class Api {
  readonly #base: string;
  readonly #token: string;

  constructor(world: Pick<WorldDescription, "http" | "tokens">, person: string) {
    const token = world.tokens[person];
    if (token === undefined) throw new Error(`there is no person ${person}`);
    this.#base = world.http;
    this.#token = token;
  }

  async promotion(id: string): Promise<ShownPromotion | undefined> {
    const reply = await this.#call("GET", `/api/promotions/${id}`);
    return reply.ok ? ((await reply.json()) as ShownPromotion) : undefined;
  }

  async pair(name: string): Promise<ShownPair> {
    return (await (await this.#call("GET", `/api/pairs/${name}`)).json()) as ShownPair;
  }

  async schedules(): Promise<readonly ShownSchedule[]> {
    const reply = await this.#call("GET", "/api/schedules");
    return ((await reply.json()) as { value: ShownSchedule[] }).value;
  }

  async steerSchedule(kind: "pause" | "resume", path: string, note: string): Promise<void> {
    const reply = await this.#call("POST", `/api/schedules/${path}/${kind}`, { note });
    if (!reply.ok) throw new Error(await reply.text());
  }

  async request(body: object): Promise<void> {
    const reply = await this.#call("POST", "/api/promotions", body);
    if (!reply.ok) throw new Error(await reply.text());
  }

  /** The text of the reply to a vote. */
  async vote(id: string, vote: Vote): Promise<{ status: number; said: string }> {
    const reply = await this.#call("POST", `/api/promotions/${id}/approvals`, vote);
    const body = (await reply.json()) as { vote?: string; code?: string; detail: string };
    return { status: reply.status, said: `${body.vote ?? body.code ?? "?"}: ${body.detail}` };
  }

  async plan(body: object): Promise<{ verdict: string; prerequisites: ShownPrerequisite[] }> {
    const reply = await this.#call("POST", "/api/plans", body);
    return (await reply.json()) as { verdict: string; prerequisites: ShownPrerequisite[] };
  }

  #call(method: string, path: string, body?: object): Promise<Response> {
    return fetch(`${this.#base}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.#token}`, "content-type": "application/json" },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
  }
}

export async function readJournal(url: string): Promise<JournalLine[]> {
  const reply = await fetch(url);
  return (await reply.json()) as JournalLine[];
}

/** How many swap calls Resource Manager has received, and how many of them swapped. */
export async function countSwaps(journal: string): Promise<{ effectiveSwaps: number; puts: number }> {
  const lines = await readJournal(journal);
  return {
    effectiveSwaps: lines.filter((line) => line.effect === "swapped").length,
    puts: lines.filter((line) => line.method === "PUT").length,
  };
}
