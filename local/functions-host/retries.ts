import { randomUUID } from "node:crypto";
import type { HostClock, InvocationRequest } from "./contract";
import type { RetryOptions } from "./core-module";
import type { CoreApp, RpcException } from "./loaded-app";

/** Applies a function's retry policy, which is the host's task; the invocation id stays (golden: timers). */
export async function invokeWithRetries(
  app: CoreApp,
  name: string,
  request: InvocationRequest,
  clock: HostClock,
): Promise<void> {
  const policy = app.metadataOf(name).retryOptions;
  const maxRetryCount = policy?.maxRetryCount ?? 0;
  const invocationId = randomUUID();
  let exception: RpcException | null = null;
  for (let retryCount = 0; ; retryCount++) {
    try {
      const retryContext = policy ? { retryCount, maxRetryCount, exception } : undefined;
      await app.invoke(name, { ...request, invocationId, retryContext });
      return;
    } catch (fault) {
      if (!policy || (maxRetryCount >= 0 && retryCount >= maxRetryCount)) throw fault;
      exception = asException(name, fault);
      const due = clock.now() + delayOf(policy, retryCount);
      await new Promise<void>((resolve) => {
        clock.setTimer(due, resolve);
      });
    }
  }
}

/** The error of an attempt in the host's format (golden: timer-and-service-bus). */
function asException(name: string, fault: unknown): RpcException {
  const { message, stack = "" } = fault instanceof Error ? fault : new Error(String(fault));
  const outer = `Microsoft.Azure.WebJobs.Host.FunctionInvocationException : Exception while executing function: Functions.${name}`;
  const inner = `Microsoft.Azure.WebJobs.Script.Workers.Rpc.RpcException : Result: Failure`;
  return {
    source: "System.Private.CoreLib",
    stackTrace: stack,
    message: `${outer} ---> ${inner}\nException: ${message}\nStack: ${stack}`,
    isUserException: false,
    type: "",
  };
}

function delayOf(policy: RetryOptions, retryCount: number): number {
  if (policy.retryStrategy !== "exponentialBackoff") return (policy.delayInterval?.seconds ?? 0) * 1000;
  const least = policy.minimumInterval?.seconds ?? 1;
  return Math.min(least * 2 ** retryCount, policy.maximumInterval?.seconds ?? Infinity) * 1000;
}
