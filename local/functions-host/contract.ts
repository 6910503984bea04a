/** The only source of time for timer triggers. */
export interface HostClock {
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

export interface InvocationRequest {
  readonly inputData: { readonly name: string; readonly data: RpcData }[];
  readonly triggerMetadata?: Readonly<Record<string, RpcData>>;
}

export interface InvocationResult {
  readonly returnValue?: RpcData;
  /** The durable SDK's id counter after an orchestrator ran; the engine compares it with its own. */
  readonly sequenceNumber?: number;
}

export interface LoadedFunction {
  readonly name: string;
  readonly bindings: Readonly<Record<string, Binding>>;
}

export interface Binding {
  readonly type: string;
  readonly name: string;
  readonly direction: string;
  readonly [option: string]: unknown;
}

/** The loaded app, for triggers and extensions. */
export interface LoadedApp {
  readonly functions: readonly LoadedFunction[];
  /** Rejects with the error that the user code threw. */
  invoke(name: string, request: InvocationRequest): Promise<InvocationResult>;
}

export interface HostRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface HostReply {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

/** A host extension that drives its own kinds of triggers, as Durable Functions does. */
export interface HostExtension {
  readonly bindingTypes: readonly string[];
  inputBinding(type: string): string | undefined;
  handleHttp(request: HostRequest): Promise<HostReply | undefined>;
  start(app: LoadedApp): Promise<void>;
  stop(): Promise<void>;
}

export interface HostLog {
  readonly level: string;
  readonly category: string;
  readonly message: string;
  readonly functionName?: string;
}
