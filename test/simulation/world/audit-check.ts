import { digest } from "../../../src/adapters/digest";
import { verifyAudit } from "../../../src/domain/audit/verify";
import { pairKeyIn } from "./pair-ids";
import type { WorldWithApi } from "./pairs-editing";

/**
 * How long the export of an audit may take, with repeats after a host's death (world 680425); then a missing page is
 * a finding.
 */
const PATIENCE_MS = 2 * 3_600_000;
const NO_EXPORT = "its audit cannot be exported";

/** Exports the audit of every pair of a world at rest, and verifies it against all received events. */
export class AuditCheck {
  isOver = false;
  readonly #world: WorldWithApi;
  #begun = false;

  constructor(world: WorldWithApi) {
    this.#world = world;
  }

  begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    void Promise.all(this.#present().map((pair) => this.#check(pair))).then(() => (this.isOver = true));
  }

  /** The pairs in the file: others have no name to use in a request. */
  #present(): readonly string[] {
    const { plan, pairsFile } = this.#world;
    return plan.pairs.filter((pair) => pairsFile.entryOf(pair) !== undefined);
  }

  async #check(pair: string): Promise<void> {
    const { clock, timeline } = this.#world;
    const late = clock.sleep(PATIENCE_MS).then(() => undefined);
    const lines = await Promise.race([this.#export(pair), late]);
    const events = [...new Set(timeline.of("published").map(({ bytes }) => bytes))];
    const findings = lines
      ? verifyAudit(
          pairKeyIn(pair),
          lines,
          events.map((bytes) => JSON.parse(bytes) as unknown),
          digest,
        ).findings.map(({ chain, n, what }) => `${chain ?? ""} ${n ?? ""}: ${what}`)
      : [NO_EXPORT];
    timeline.add({ kind: "audited", pair, findings });
  }

  async #export(pair: string): Promise<readonly string[]> {
    const lines: string[] = [];
    for (let after = 0; ; after += 100) {
      const query = { after: String(after), top: "100" };
      const name = this.#world.pairsFile.nameOf(pair);
      const call = { method: "GET", path: `pairs/${name}/audit`, params: { name }, query };
      const { text } = await this.#world.httpApi.insist("getAudit", call, ["Swap.Read"]);
      lines.push(...text.split("\n").filter((line) => line !== ""));
      if (!lines.at(-1)?.startsWith('{"next":')) return lines;
      lines.pop();
    }
  }
}
