import { app } from "@azure/functions";
import type { HostExtension } from "../../../local/functions-host/contract";
import { startFunctionsHost } from "../../../local/functions-host";
import { createVirtualClock } from "../../support/virtual-clock";
import { useAppDirectory } from "../../support/app-directory";

const directory = useAppDirectory();

function start(load: () => void, extensions: HostExtension[] = []) {
  const http = { host: "127.0.0.1", port: 0 };
  return startFunctionsHost({
    appDirectory: directory.path(),
    settings: {},
    http,
    clock: createVirtualClock(),
    extensions,
    load,
  });
}

test("a host that fails to start stops its extensions and leaves room for the next one", async () => {
  const calls: string[] = [];
  const extension: HostExtension = {
    bindingTypes: [],
    inputBinding: () => undefined,
    handleHttp: () => Promise.resolve(undefined),
    start: () => Promise.resolve(void calls.push("start")),
    stop: () => Promise.resolve(void calls.push("stop")),
  };
  const broken = () => {
    app.timer("broken", { schedule: "no schedule", handler: () => undefined });
  };
  await expect(start(broken, [extension])).rejects.toThrow(/neither NCRONTAB/);
  expect(calls).toEqual(["start", "stop"]);
  const next = await start(() => undefined);
  await next.stop();
});

test("runs of one timer function never overlap, also when both are asked for by hand", async () => {
  let under = 0;
  let most = 0;
  const host = await start(() => {
    app.timer("slow", {
      schedule: "0 0 0 1 1 *",
      handler: async () => {
        most = Math.max(most, ++under);
        await new Promise((done) => setImmediate(done));
        under--;
      },
    });
  });
  await Promise.all([host.runTimer("slow"), host.runTimer("slow")]);
  await host.stop();
  expect(most).toBe(1);
});
