import { randomUUID } from "node:crypto";
import type {
  Binding,
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

/** An error as the host reports it to the worker. */
export interface RpcException {
  readonly source: string;
  readonly stackTrace: string;
  readonly message: string;
  readonly isUserException: boolean;
  readonly type: string;
}

/** Information for a handler about earlier attempts; `exception` is the error of the last one. */
interface RetryContext {
  readonly retryCount: number;
  readonly maxRetryCount: number;
  readonly exception: RpcException | null;
}

interface Invocation extends InvocationRequest {
  readonly retryContext?: RetryContext;
  readonly invocationId?: string;
}

/** Drives the programming model that `@azure/functions` registered (https://github.com/Azure/azure-functions-nodejs-library). */
export class CoreApp implements LoadedApp {
  readonly #extensions: readonly HostExtension[];
  readonly #log: (line: HostLog) => void;
  readonly #hookData = {};
  /** Read when the app has started: after that nothing can be registered. */
  #functions: readonly LoadedFunction[] = [];
  readonly #extraInputs = new Map<string, readonly Binding[]>();
  #running = 0;

  constructor(extensions: readonly HostExtension[], log: (line: HostLog) => void) {
    this.#extensions = extensions;
    this.#log = log;
  }

  get functions(): readonly LoadedFunction[] {
    return this.#functions;
  }

  metadataOf(name: string): FunctionMetadata {
    const found = core.functions.get(name);
    if (!found) throw new Error(`there is no function "${name}"`);
    return found.metadata;
  }

  async appStart(functionAppDirectory: string): Promise<void> {
    await this.#runHooks("appStart", { hookData: {}, appHookData: this.#hookData, functionAppDirectory });
    core.locked = true;
    this.#functions = [...core.functions.values()].map(({ metadata }) => metadata);
    for (const { name, bindings } of this.#functions) this.#extraInputs.set(name, extraInputsOf(bindings));
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
        inputData: this.#withExtraInputs(name, request.inputData),
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

  /**
   * Activities get their own text and the members of its JSON in addition to the extension's metadata (golden:
   * dates). On Azure orchestrators and entities do too (golden: worker-startup), but nothing reads that second copy
   * of the history.
   */
  #ownMetadata(metadata: FunctionMetadata, { inputData }: InvocationRequest): Record<string, RpcData> {
    const [input] = inputData;
    const type = metadata.bindings[input?.name ?? ""]?.type ?? "";
    const text = input?.data.string;
    if (text === undefined || type !== "activityTrigger") return {};
    return { ...payloadMetadata(text), [input?.name ?? ""]: { string: text } };
  }

  #withExtraInputs(name: string, given: InvocationRequest["inputData"]): InvocationRequest["inputData"] {
    const data = [...given];
    for (const binding of this.#extraInputs.get(name) ?? []) {
      const text = this.#extensions
        .map((extension) => extension.inputBinding(binding.type))
        .find((t) => t !== undefined);
      if (text !== undefined) data.push({ name: binding.name, data: { string: text } });
    }
    return data;
  }

  async #runHooks(name: HookName, context: object): Promise<void> {
    for (const hook of core.hooks.get(name) ?? []) await hook(context);
  }
}

/** The other inputs of a function, by binding name. */
function extraInputsOf(bindings: LoadedFunction["bindings"]): Binding[] {
  return Object.entries(bindings)
    .filter(([, { type, direction }]) => direction === "in" && !/trigger$/i.test(type))
    .map(([name, binding]) => ({ ...binding, name }));
}

/** The durable SDK's private id counter, for orchestrators. */
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
