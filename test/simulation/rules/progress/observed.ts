/** The model's own types for a world: it imports nothing from the product. */

interface Entry {
  /** Number in the journal. */
  readonly n: number;
  /** Ms after the world's start. */
  readonly at: number;
}

export interface Sent extends Entry {
  readonly request: string;
  readonly pair: string;
  /** The JSON of the request. */
  readonly content: string;
  /** Its meaning when a file exchanges the sides; its content when absent. */
  readonly means?: string;
}

export interface Put extends Entry {
  readonly put: number;
  readonly request: string;
  readonly pair: string;
  readonly side: string;
}

export interface Effect extends Entry {
  readonly pair: string;
  readonly production: string;
  /** The app's PUT that caused it. */
  readonly put: number | undefined;
}

export interface Read extends Entry {
  readonly pair: string;
  readonly side: string;
  readonly slot: string;
  readonly state: string;
  readonly version: string;
  readonly request: string;
  readonly activity: string;
}

export interface Listed extends Entry {
  readonly pair: string;
  readonly side: string;
  readonly unready: string | undefined;
}

export interface Published extends Entry {
  readonly type: string;
  readonly request: string | undefined;
  readonly pair: string | undefined;
  readonly outcome: string | undefined;
  readonly code: string | undefined;
  readonly bytes: string;
}

export interface Probed extends Entry {
  readonly pair: string;
  readonly side: string;
  readonly slot: string;
  readonly answer: string;
  readonly request: string;
}

export interface Voted extends Entry {
  readonly request: string;
  readonly by: string;
  readonly application: boolean;
  readonly decision: string;
  readonly plan: string;
}

export interface OfRequest extends Entry {
  readonly request: string;
}

export interface OfPair extends Entry {
  readonly pair: string;
}

export interface Described extends Entry {
  readonly what: string;
}

/** The journals of Azure, broker and people. */
export interface Observed {
  readonly sent: readonly Sent[];
  readonly puts: readonly Put[];
  readonly over: readonly (Entry & { readonly put: number; readonly how: string })[];
  readonly failed: readonly (Entry & { readonly put: number })[];
  readonly effects: readonly Effect[];
  readonly reads: readonly Read[];
  readonly lists: readonly Listed[];
  readonly published: readonly Published[];
  readonly probed: readonly Probed[];
  readonly votes: readonly Voted[];
  /** People who ordered a rollback. */
  readonly asked: readonly OfRequest[];
  /** Holds that people requested, by id, and releases of one or all. */
  readonly holdsAsked: readonly (OfPair & { readonly hold: string })[];
  readonly released: readonly (OfPair & { readonly hold: string | undefined })[];
  readonly hosts: readonly Described[];
  readonly faults: readonly Described[];
  /** Number of the last entry. */
  readonly last: number;
}

/** One planned event; its fields depend on its kind. */
export interface UserAction {
  readonly at: number;
  readonly kind: string;
  readonly request?: string;
  readonly pair?: string;
  readonly fault?: object;
  readonly serviceFault?: object;
  readonly forMs?: number;
  readonly downMs?: number;
  /** The content of an edited file. */
  readonly to?: readonly object[];
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/** The plan of a world. */
export interface Plan {
  readonly stableForMs: number;
  readonly readinessDeadlineMs: number;
  readonly operationSeconds: number;
  readonly swapTimes?: { readonly operationDeadlineMs: number };
  readonly reconcilerEveryMs?: number;
  readonly userActions: readonly UserAction[];
  readonly soak?: { readonly forMs: number; readonly probed: boolean; readonly rollback: string };
  readonly approval?: { readonly quorum: number; readonly deadlineMs: number; readonly validForMs: number };
  readonly window?: {
    readonly allow?: { readonly everyMinutes: number; readonly forMs: number };
    readonly freeze?: Span;
    readonly feed?: Span & { readonly readableAfter: number };
  };
  readonly sharing?: object;
  readonly wire?: object;
  readonly risk?: object;
}

/** A pair of an edited pairs file. */
export interface FiledPair {
  readonly of: string;
  readonly approval?: Plan["approval"];
}

export interface Violation {
  readonly invariant: string;
  readonly detail: string;
  readonly entry: number;
}
