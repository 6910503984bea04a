import { randomUUID } from "node:crypto";
import type {
  HostExtension,
  HostLog,
  InvocationRequest,
  InvocationResult,
  LoadedApp,
  LoadedFunction,
  RpcData,
} from "./contract";
import { payloadMetadata } from "./payload-metadata";
import { core, workerCapabilities, type FunctionMetadata, type HookName } from "./core-module";

/** A fault as the host tells it to the worker. */
export interface RpcException {
  readonly source: string;
  readonly stackTrace: string;
  readonly message: string;
  readonly isUserException: boolean;
  readonly type: string;
}

/** What a handler learns of the attempts before; `exception` tells why the last one failed. */
export interface RetryContext {
  readonly retryCount: number;
  readonly maxRetryCount: number;
  readonly exception: RpcException | null;
}

export interface Invocation extends InvocationRequest {
  readonly retryContext?: RetryContext | undefined;
  readonly invocationId?: string | undefined;
}

/** Drives the programming model that `@azure/functions` registered (facts: functions-and-durable §1.4). */
export class CoreApp implements LoadedApp {
  readonly #extensions: readonly HostExtension[];
  readonly #log: (line: HostLog) => void;
  readonly #hookData = {};
  #running = 0;

  constructor(extensions: readonly HostExtension[], log: (line: HostLog) => void) {
    this.#extensions = extensions;
    this.#log = log;
  }

  get functions(): readonly LoadedFunction[] {
    return [...core.functions.values()].map(({ metadata }) => metadata);
  }

  metadataOf(name: string): FunctionMetadata {
    const found = core.functions.get(name);
    if (!found) throw new Error(`there is no function "${name}"`);
    return found.metadata;
  }

  async appStart(functionAppDirectory: string): Promise<void> {
    await this.#runHooks("appStart", { hookData: {}, appHookData: this.#hookData, functionAppDirectory });
    core.locked = true;
    await core.model?.getCapabilities?.({ ...workerCapabilities });
  }

  async appTerminate(): Promise<void> {
    await this.#runHooks("appTerminate", { hookData: {}, appHookData: this.#hookData });
  }

  /** Invocations under way. */
  get running(): number {
    return this.#running;
  }

  async invoke(name: string, request: Invocation): Promise<InvocationResult> {
    this.#running++;
    try {
      return await this.#invoke(name, request);
    } finally {
      this.#running--;
    }
  }

  async #invoke(name: string, request: Invocation): Promise<InvocationResult> {
    const found = core.functions.get(name);
    if (!found || !core.model) throw new Error(`there is no function "${name}"`);
    const { metadata, callback } = found;
    const invocationId = request.invocationId ?? randomUUID();
    const model = await core.model.getInvocationModel({
      invocationId,
      metadata,
      state: undefined,
      request: {
        invocationId,
        functionId: metadata.functionId,
        inputData: [...request.inputData, ...this.#extraInputs(metadata)],
        triggerMetadata: { ...this.#ownMetadata(metadata, request), ...request.triggerMetadata },
        retryContext: request.retryContext ?? null,
        traceContext: { traceParent: "", traceState: "", attributes: {} },
      },
      log: (level: string, category: string, message: string) => {
        const own = category === "user" ? `${name}.Invocation` : category;
        this.#log({ level, category: own, message, functionName: name });
      },
    });
    const { context, inputs } = await model.getArguments();
    const shared = { hookData: {}, appHookData: this.#hookData, invocationContext: context };
    const pre = { ...shared, functionCallback: callback, inputs };
    await this.#runHooks("preInvocation", pre);
    const post: { inputs: unknown[]; result: unknown; error: unknown } = {
      ...shared,
      inputs: pre.inputs,
      result: null,
      error: null,
    };
    try {
      post.result = await model.invokeFunction(context, pre.inputs, pre.functionCallback);
    } catch (fault) {
      post.error = fault;
    }
    await this.#runHooks("postInvocation", post);
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- what user code threw passes on unchanged
    if (post.error !== null && post.error !== undefined) throw post.error;
    const response = await model.getResponse(context, post.result);
    return {
      returnValue: (response.returnValue ?? undefined) as RpcData | undefined,
      sequenceNumber: sequenceOf(context),
    };
  }

  /** Triggers of extensions carry their own text, and the members of its JSON, beside what the extension says. */
  #ownMetadata(metadata: FunctionMetadata, { inputData }: InvocationRequest): Record<string, RpcData> {
    const [input] = inputData;
    const type = metadata.bindings[input?.name ?? ""]?.type ?? "";
    const text = input?.data.string;
    if (text === undefined || !this.#extensions.some(({ bindingTypes }) => bindingTypes.includes(type)))
      return {};
    return { ...payloadMetadata(text), [input?.name ?? ""]: { string: text } };
  }

  #extraInputs(metadata: FunctionMetadata): { name: string; data: RpcData }[] {
    return Object.entries(metadata.bindings).flatMap(([name, { type, direction }]) => {
      if (direction !== "in" || /trigger$/i.test(type)) return [];
      const text = this.#extensions
        .map((extension) => extension.inputBinding(type))
        .find((t) => t !== undefined);
      return text === undefined ? [] : [{ name, data: { string: text } }];
    });
  }

  async #runHooks(name: HookName, context: object): Promise<void> {
    for (const hook of core.hooks.get(name) ?? []) await hook(context);
  }
}

/** The durable SDK's private id counter, where the invocation was an orchestrator's. */
function sequenceOf(context: object): number | undefined {
  const { df } = context as { df?: { taskOrchestratorExecutor?: { sequenceNumber?: number } } };
  return df?.taskOrchestratorExecutor?.sequenceNumber;
}

export function triggerOf(
  fn: LoadedFunction,
): { name: string; type: string; options: Readonly<Record<string, unknown>> } | undefined {
  const found = Object.entries(fn.bindings).find(([, binding]) => /trigger$/i.test(binding.type));
  return found && { name: found[0], type: found[1].type, options: found[1] };
}
