import { createPolicies } from "../../../src/adapters/policies";
import type { DeploymentWindowRule } from "../../../src/domain/policy/policy";
import type { Policies } from "../../../src/ports/policies";
import { calledBy, pairsFilesOf, type PairsOfHost } from "../plans/planned-pairs";
import type { PairsFile, PlannedPair } from "../plans/world-plan";
import { isRegistered } from "./durable-state";
import type { HttpApi } from "./http-api";
import { policyOf } from "./policy-of";
import { START } from "./start";
import type { Surroundings } from "./surroundings";
import { ruleOf } from "./times";

const CHECK_MS = 5_000;

/** A world whose hosts answer HTTP, and whose pairs have the names of its pairs file. */
export interface WorldWithApi extends Surroundings {
  readonly httpApi: HttpApi;
  readonly pairsFile: PairsEditing;
}

/** The pairs file of a world: its edits, the file of each host, and the names that people write. */
export class PairsEditing {
  readonly #world: Surroundings;
  readonly #files: readonly PairsFile[];
  readonly #policies: readonly Policies[];
  /** By every name that a pair ever has. */
  readonly #windowRules: ReadonlyMap<string, DeploymentWindowRule>;
  readonly #registered = new Set<string>();
  #file = 0;

  constructor(world: Surroundings) {
    const { plan, azure } = world;
    this.#world = world;
    this.#files = pairsFilesOf(plan);
    const names = this.#files.flatMap((file) => file.map(({ name }) => name));
    const { window } = plan;
    this.#windowRules = new Map(window ? names.map((name) => [name, ruleOf(window, START)]) : []);
    this.#policies = this.#files.map((file) =>
      createPolicies(file.map((pair) => policyOf(plan, pair, azure))),
    );
  }

  /** The file for a host that starts now. */
  get current(): PairsOfHost {
    const policies = this.#policies[this.#file];
    if (!policies) throw new Error(`there is no pairs file ${this.#file}`);
    return { file: this.#file, policies, windowRules: this.#windowRules };
  }

  /** Edits the pairs file; hosts read it one after another as they are replaced. */
  edit(): void {
    this.#file++;
    this.#world.replaceHosts();
  }

  /** A pair's entry in a host's file, or in the newest one. */
  entryOf(pair: string, file = this.#file): PlannedPair | undefined {
    return this.#files[file]?.find(({ of }) => of === pair);
  }

  /** The pair's name in the newest file that has it. */
  nameOf(pair: string): string {
    return this.#lastEntryOf(pair)?.name ?? pair;
  }

  /** The name that people write for this side. */
  written(pair: string, side: "blue" | "green" | "staging"): string {
    const entry = this.#lastEntryOf(pair);
    return entry ? calledBy(entry, side) : side;
  }

  /** Waits until all hosts have read the file before the next request. */
  async untilReplaced(): Promise<void> {
    const { clock } = this.#world;
    while (this.#world.live.some(({ pairs }) => pairs.file !== this.#file)) await clock.sleep(CHECK_MS);
  }

  /** Records when the promotion record first has a request: later files do not change its meaning. */
  note(): void {
    if (this.#files.length === 1) return;
    const { timeline } = this.#world;
    for (const { request } of timeline.of("sent")) {
      if (this.#registered.has(request) || !isRegistered(this.#world, request)) continue;
      this.#registered.add(request);
      timeline.add({ kind: "registered", request });
    }
  }

  #lastEntryOf(pair: string): PlannedPair | undefined {
    return this.#files
      .slice(0, this.#file + 1)
      .flat()
      .filter(({ of }) => of === pair)
      .at(-1);
  }
}
