/** The SDK's reply to an orchestrator invocation (https://github.com/Azure/azure-functions-durable-js). */
export interface OrchestratorState {
  readonly isDone: boolean;
  readonly actions: readonly (readonly Action[])[];
  readonly output?: unknown;
  readonly error?: string;
  readonly customStatus?: unknown;
}

export interface RetryOptions {
  readonly firstRetryIntervalInMilliseconds: number;
  readonly maxNumberOfAttempts: number;
  readonly backoffCoefficient?: number;
  readonly maxRetryIntervalInMilliseconds?: number;
  readonly retryTimeoutInMilliseconds?: number;
}

export interface Action {
  readonly actionType: number;
  readonly functionName?: string;
  readonly input?: unknown;
  readonly instanceId?: string;
  readonly version?: string | null;
  readonly operation?: string;
  readonly fireAt?: string;
  readonly isCanceled?: boolean;
  readonly externalEventName?: string;
  readonly retryOptions?: RetryOptions;
  readonly compoundActions?: readonly Action[];
}

/** A step that an episode requests, with its id in history. */
export type Decision =
  | { readonly kind: "activity"; readonly id: number; readonly name: string; readonly input: unknown }
  | { readonly kind: "timer"; readonly id: number; readonly fireAt: number }
  | {
      readonly kind: "child";
      readonly id: number;
      readonly name: string;
      readonly input: unknown;
      readonly instanceId: string;
      readonly version: string | null | undefined;
    }
  | {
      readonly kind: "event";
      readonly id: number;
      readonly target: string;
      readonly name: string;
      readonly text: () => string;
    };

/** How an execution ends. `result` is JSON text, or plain text for failures. */
export interface Completion {
  readonly status: "Completed" | "Failed" | "Terminated" | "ContinuedAsNew";
  readonly result: string | null;
}
