/** The only source of time. `setTimer` fires once at or after `at` (ms since the epoch); returns a cancel function. */
export interface EngineClock {
  now(): number;
  setTimer(at: number, fire: () => void): () => void;
}

/** Data between host and worker; exactly one member is set. */
export interface RpcData {
  readonly string?: string;
  readonly json?: string;
  readonly bytes?: Uint8Array;
  readonly int?: number;
  readonly double?: number;
  readonly http?: unknown;
}

interface EngineInvocation {
  readonly inputData: { readonly name: string; readonly data: RpcData }[];
  readonly triggerMetadata?: Readonly<Record<string, RpcData>>;
}

/** What the engine needs of a function host. */
export interface EngineApp {
  readonly functions: readonly {
    readonly name: string;
    readonly bindings: Readonly<Record<string, { readonly type: string; readonly name: string }>>;
  }[];
  /** Runs one invocation; rejects with the error that the user code threw. `sequenceNumber` is the SDK's id counter. */
  invoke(
    name: string,
    request: EngineInvocation,
  ): Promise<{ readonly returnValue?: RpcData; readonly sequenceNumber?: number }>;
}

export interface EngineLog {
  readonly level: "information" | "warning" | "error";
  readonly message: string;
}

export interface WebhookRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface WebhookReply {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

/** An error whose text goes to the caller of the management API. */
export class EngineError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}
