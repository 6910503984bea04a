import { AsyncLocalStorage } from "node:async_hooks";
import { installCoreModule } from "../../local/functions-host/load";
import type { Around } from "../../test/support/durable-app";
import { startScenario, type Scenario, type ScenarioOptions } from "../../test/support/scenario";
import { projectDirectory } from "../durable-host";

/** One call as it reached Resource Manager. */
export interface ArmCall {
  readonly method: string;
  readonly path: string;
  /** Virtual time, when it really was, and the processor time used until then; all in ms. */
  readonly at: number;
  readonly realAt: number;
  readonly cpuAt: number;
  /** The activity that asked. */
  readonly by: string;
}

/** The product on the embedded engine and Resource Manager in memory, on a virtual clock; every call is attributed. */
export interface ProductWorld extends Scenario {
  readonly calls: ArmCall[];
}

export interface ProductWorldOptions extends Omit<ScenarioOptions, "durable"> {
  /** Sees every durable invocation: name and input. */
  readonly observe?: (name: string, input: string) => void;
}

/** Processor time of this process so far. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

const invocation = new AsyncLocalStorage<string>();

export async function startProduct(options: ProductWorldOptions = {}): Promise<ProductWorld> {
  installCoreModule();
  const around: Around = (name, invoke, input) => {
    options.observe?.(name, input ?? "");
    return invocation.run(name, invoke);
  };
  const world = await startScenario({ ...options, durable: { appDirectory: projectDirectory, around } });
  const calls: ArmCall[] = [];
  const { journal } = world.arm;
  const add = journal.add.bind(journal);
  journal.add = (method, url, at) => {
    const path = url.replace(/\?.*/, "").replace(/.*\/providers\/Microsoft\.(Compute|Network)\//, "");
    calls.push({
      method,
      path,
      at,
      realAt: performance.now(),
      cpuAt: cpuMs(),
      by: invocation.getStore() ?? "",
    });
    return add(method, url, at);
  };
  return Object.assign(world, { calls });
}
