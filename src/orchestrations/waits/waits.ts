import type { OrchestrationContext } from "durable-functions";
import type { PairView } from "../../domain/pair/pair";
import type { Steps } from "../calls";
import type { Kind, Round, WaitInput } from "../wait-input";
import { announcement } from "./announcement";
import { gate } from "./gate";
import { planning } from "./planning";
import { queue } from "./queue";
import { readiness } from "./readiness";
import { rollback } from "./rollback";
import { settlement } from "./settlement";
import { soak } from "./soak";
import { verification } from "./verification";
import { window } from "./window";

/** One kind of wait: how it observes and decides, and what people are told of it. */
export interface Wait<K extends Kind> {
  /** Whether a cancel ends it. */
  readonly cancellable: boolean;
  /** It looks whenever something wakes it, however short ago it looked: for looks that ask nobody outside. */
  readonly checksWhenWoken?: boolean;
  /** The outcome is stored: the promotion record is told nothing any more, and it ends no run. */
  readonly afterOutcome?: boolean;
  readonly endsWith: string;
  readonly next: string;
  /** `view` is the pair as the round found it. */
  observe(context: OrchestrationContext, input: WaitInput<K>, view: PairView): Steps<Round<K>>;
}

export const waits: { readonly [K in Kind]: Wait<K> } = {
  planning,
  gate,
  window,
  queue,
  readiness,
  settlement,
  verification,
  soak,
  rollback: rollback,
  announcement,
};
