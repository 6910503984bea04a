import type { ApprovalRule } from "../../../src/domain/approval/rule";
import { calledBy } from "../plans/planned-pairs";
import type { PairsFile, PlannedPair } from "../plans/world-plan";
import type { Of, Timeline } from "../world/timeline";

/** How long a host that stops in order may continue its work. */
const STOPPING_MS = 120_000;

/** What a request means in a file. */
interface Meaning {
  readonly pair: string;
  readonly promote: string;
}

/** A pair's rule at a claim; an approver must be in every list of `people`. */
export interface PresentRule extends Pick<ApprovalRule, "quorum" | "deadlineMs" | "validForMs"> {
  readonly mayApprove: (oid: string) => boolean;
}

/** Which pairs files hosts had, and what requests meant in them. */
export class PairsRecord {
  readonly #timeline: Timeline;
  readonly #files: readonly PairsFile[];

  constructor(timeline: Timeline, files: readonly PairsFile[]) {
    this.#timeline = timeline;
    this.#files = files;
  }

  /** Whether the pairs were edited. */
  get isEdited(): boolean {
    return this.#files.length > 1;
  }

  /** Files that some host had at some time in this span, the ends included. */
  inForce(from: number, to: number): readonly PairsFile[] {
    const numbers = this.#timeline
      .of("host")
      .filter((up) => up.pairsFile !== undefined && up.at <= to && this.#endOf(up) >= from)
      .map(({ pairsFile = 0 }) => pairsFile);
    return [...new Set(numbers)].map((number) => this.#files[number] ?? []);
  }

  /** The file of a host. */
  fileOf(host: string): PairsFile {
    const up = this.#timeline.of("host").find((e) => e.host === host && e.pairsFile !== undefined);
    return this.#files[up?.pairsFile ?? 0] ?? [];
  }

  entryAt(host: string, pair: string): PlannedPair | undefined {
    return this.fileOf(host).find(({ of }) => of === pair);
  }

  /**
   * The possible meanings of a request when it was accepted: its content in each file in force until it was
   * registered.
   */
  meaningsOf(request: string): readonly Meaning[] {
    const own = this.#timeline.of("sent").filter((e) => e.request === request);
    const known = this.#timeline.of("registered").find((e) => e.request === request)?.at ?? Infinity;
    const from = Math.min(...own.map(({ at, since = at }) => Math.min(at, since)));
    const files = this.inForce(from, known);
    return own.flatMap((e) =>
      e.means === undefined ? meantBy(e, files) : [{ pair: e.pair, promote: e.means }],
    );
  }

  /** The stricter of the rule of the plan and the rule of the sending host's file; undefined without approvals. */
  ruleAt(put: Of<"put">): PresentRule | undefined {
    const present = this.entryAt(put.host, put.pair)?.approval;
    const hosts = this.#timeline
      .of("read")
      .filter((e) => e.activity === "planPromotion" && e.request === put.request && e.n < put.n)
      .map(({ host }) => host);
    const planned = [...new Set(hosts)].map((host) => this.entryAt(host, put.pair)?.approval);
    return stricter(present, loosest(planned));
  }

  #endOf(up: Of<"host">): number {
    const end = this.#timeline.of("host").find((e) => e.host === up.host && e.n > up.n);
    if (!end || end.what.startsWith("stands still")) return Infinity;
    return end.at + (end.what.startsWith("is stopped") ? STOPPING_MS : 0);
  }
}

function meantBy({ content }: Of<"sent">, files: readonly PairsFile[]): readonly Meaning[] {
  const body = JSON.parse(content) as { readonly pair?: string; readonly promote?: string };
  return files.flatMap((file) => {
    const entry = file.find(({ name }) => name === body.pair);
    const { promote = "?" } = body;
    const isSide = promote === "blue" || promote === "green";
    return entry ? [{ pair: entry.of, promote: isSide ? calledBy(entry, promote) : promote }] : [];
  });
}

/** With several plans it is unknown which one counted last. */
function loosest(all: readonly (ApprovalRule | undefined)[]): ApprovalRule | undefined {
  const rules = all.flatMap((rule) => rule ?? []);
  const [first] = rules;
  if (!first || rules.length < all.length) return undefined;
  const lists = rules.map(({ people }) => people);
  const people = lists.includes(undefined) ? undefined : lists.flatMap((list) => list ?? []);
  return {
    quorum: Math.min(...rules.map(({ quorum }) => quorum)),
    deadlineMs: Math.max(...rules.map(({ deadlineMs }) => deadlineMs)),
    validForMs: Math.max(...rules.map(({ validForMs }) => validForMs)),
    people,
  };
}

function stricter(
  present: ApprovalRule | undefined,
  planned: ApprovalRule | undefined,
): PresentRule | undefined {
  const rules = [present, planned].flatMap((rule) => rule ?? []);
  if (rules.length === 0) return undefined;
  return {
    quorum: Math.max(...rules.map(({ quorum }) => quorum)),
    deadlineMs: Math.max(...rules.map(({ deadlineMs }) => deadlineMs)),
    validForMs: Math.min(...rules.map(({ validForMs }) => validForMs)),
    mayApprove: (oid) => rules.every(({ people }) => people?.includes(oid) ?? true),
  };
}
