import { join } from "node:path";
import { messagesOf } from "./fault-text";
import {
  openApp,
  openResourceManager,
  openServiceBus,
  type Ground,
  type ResourceManagerPart,
  type ServiceBusPart,
} from "./parts";
import { createWorldLog } from "./world-log";

/** The only argument of a part of the world that runs as a separate process, as JSON. */
export type PartStart = Omit<Ground, "log" | "clock"> &
  (
    | { readonly part: "resource-manager" }
    | { readonly part: "service-bus"; readonly topology: unknown }
    | {
        readonly part: "app";
        readonly resourceManager: ResourceManagerPart;
        readonly serviceBus: ServiceBusPart;
      }
  );

/** Starts one part, prints its addresses as one JSON line, and runs until it is killed or its parent ends. */
async function main(): Promise<void> {
  const start = JSON.parse(process.argv[2] ?? "") as PartStart;
  process.stdin.resume().once("close", () => process.exit());
  const offers = await open(start);
  console.log(JSON.stringify(offers));
}

function open(start: PartStart): Promise<object> {
  const ground = { ...start, log: createWorldLog(join(start.data, `${start.part}.log`)) };
  if (start.part === "resource-manager") return openResourceManager(ground);
  if (start.part === "service-bus") return openServiceBus(ground, start.topology);
  return openApp(ground, start.resourceManager, start.serviceBus);
}

main().catch((fault: unknown) => {
  console.error(fault instanceof Error ? messagesOf(fault) : fault);
  process.exit(1);
});
