/**
 * Replaces the worker's built-in module `@azure/functions-core`
 * (https://github.com/Azure/azure-functions-nodejs-worker), which `@azure/functions` loads lazily, once per process.
 * Its members are module properties, as the library expects.
 */
import type { Binding } from "./contract";

/** The parts of the library's objects that are used here; the library is not typed against this module. */
export interface FunctionMetadata {
  readonly name: string;
  readonly functionId?: string;
  readonly bindings: Readonly<Record<string, Binding>>;
  readonly retryOptions?: RetryOptions;
}

export interface RetryOptions {
  readonly retryStrategy?: "fixedDelay" | "exponentialBackoff";
  readonly maxRetryCount: number;
  readonly delayInterval?: { readonly seconds: number };
  readonly minimumInterval?: { readonly seconds: number };
  readonly maximumInterval?: { readonly seconds: number };
}

export interface InvocationModel {
  getArguments(): Promise<{ context: object; inputs: unknown[] }>;
  invokeFunction(context: object, inputs: unknown[], callback: unknown): Promise<unknown>;
  getResponse(context: object, result: unknown): Promise<{ returnValue?: object | null }>;
}

export interface ProgrammingModel {
  readonly name: string;
  readonly version: string;
  getInvocationModel(context: object): InvocationModel | Promise<InvocationModel>;
  getCapabilities?(defaults: object): object | Promise<object>;
}

type Hook = (context: object) => unknown;

const hookNames = ["appStart", "appTerminate", "preInvocation", "postInvocation", "log"] as const;
export type HookName = (typeof hookNames)[number];

interface CoreState {
  readonly functions: Map<string, { readonly metadata: FunctionMetadata; readonly callback: unknown }>;
  readonly hooks: Map<string, Hook[]>;
  model: ProgrammingModel | undefined;
  locked: boolean;
  log: (level: string, category: string, message: string) => void;
}

/** The state behind the module. One host at a time per process: the library has one registry per process. */
export const core: CoreState = {
  functions: new Map(),
  hooks: new Map(hookNames.map((name) => [name, []])),
  model: undefined,
  locked: false,
  log: () => undefined,
};

/** Versions of the recorded worker and host (golden: worker-startup). */
export const version = "3.9.1";
export const hostVersion = "4.1037.0.0";

/** Capabilities of that worker; the library may add to them. */
export const workerCapabilities: Readonly<Record<string, string>> = {
  RawHttpBodyBytes: "true",
  RpcHttpTriggerMetadataRemoved: "true",
  RpcHttpBodyOnly: "true",
  IgnoreEmptyValuedRpcHttpHeaders: "true",
  UseNullableValueDictionaryForHttp: "true",
  WorkerStatus: "true",
  TypedDataCollection: "true",
  HandlesWorkerTerminateMessage: "true",
};

export class Disposable {
  #dispose: (() => void) | undefined;
  constructor(dispose: () => void) {
    this.#dispose = dispose;
  }
  static from(...parts: { dispose(): unknown }[]): Disposable {
    return new Disposable(() => {
      for (const part of parts) part.dispose();
    });
  }
  dispose(): void {
    const dispose = this.#dispose;
    this.#dispose = undefined;
    dispose?.();
  }
}

export function registerFunction(metadata: FunctionMetadata, callback: unknown): Disposable {
  if (core.locked) throw new Error("A function can only be registered during app startup.");
  const id = metadata.functionId ?? metadata.name;
  if (core.functions.has(id)) throw new Error(`A function with id "${id}" has already been registered.`);
  core.functions.set(id, { metadata: { ...metadata, functionId: id }, callback });
  return new Disposable(() => core.functions.delete(id));
}

export function registerHook(name: string, hook: Hook): Disposable {
  const list = core.hooks.get(name);
  if (!list)
    throw Object.assign(new RangeError(`Unrecognized hook "${name}"`), { isAzureFunctionsSystemError: true });
  list.push(hook);
  return new Disposable(() => {
    const at = list.indexOf(hook);
    if (at >= 0) list.splice(at, 1);
  });
}

export function setProgrammingModel(model: ProgrammingModel): void {
  core.model = model;
}

export function getProgrammingModel(): ProgrammingModel | undefined {
  return core.model;
}

export function log(level: string, category: string, message: string): void {
  core.log(level, category, message);
}
