import { createRequire } from "node:module";
import Module from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as coreModule from "./core-module";

type Require = (this: unknown, id: string) => unknown;

/** Makes `require("@azure/functions-core")` return the replacement, as the worker does. Must precede the library. */
export function installCoreModule(): void {
  const prototype = Module.prototype as unknown as { require: Require & { isStandIn?: true } };
  if (prototype.require.isStandIn) return;
  const original = prototype.require;
  const hooked: Require & { isStandIn?: true } = function (this: unknown, id: string) {
    return id === "@azure/functions-core" ? coreModule : original.call(this, id);
  };
  hooked.isStandIn = true;
  prototype.require = hooked;
}

/** Loads the app by its package.json `main`, as the worker does. Refuses globs, which are not needed here. */
export function loadApp(appDirectory: string): void {
  installCoreModule();
  const manifest = join(appDirectory, "package.json");
  const { main } = JSON.parse(readFileSync(manifest, "utf8")) as { main?: string };
  if (!main) throw new Error(`${manifest} names no entry point (main)`);
  if (/[*{}]/.test(main))
    throw new Error(`${manifest}: the embedded host loads one file as main, not the pattern "${main}"`);
  try {
    const load = createRequire(manifest);
    const entry = join(appDirectory, main);
    // A host that restarts in this process registers the app again, as a new worker would.
    Reflect.deleteProperty(load.cache, load.resolve(entry));
    load(entry);
  } catch (cause) {
    throw new Error(`the entry point ${main} could not be loaded`, { cause });
  }
}
