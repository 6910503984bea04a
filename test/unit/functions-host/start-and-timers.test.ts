import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { app } from "@azure/functions";
import type { HostExtension, LoadedFunction } from "../../../local/functions-host/contract";
import { startFunctionsHost } from "../../../local/functions-host";
import { readHostJson } from "../../../local/functions-host/host-json";
import { httpFunctions } from "../../../local/functions-host/routes";
import { scheduleOf } from "../../../local/functions-host/timer-trigger";
import { createVirtualClock } from "../../support/virtual-clock";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "functions-host-"));
  write({ version: "2.0" });
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

function write(hostJson: object): void {
  writeFileSync(join(directory, "host.json"), JSON.stringify(hostJson));
}

function start(load: () => void, extensions: HostExtension[] = []) {
  const http = { host: "127.0.0.1", port: 0 };
  return startFunctionsHost({
    appDirectory: directory,
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

test("a schedule without time between two runs is refused", () => {
  expect(() => scheduleOf("00:00:00")).toThrow(/no time between/);
});

test("time spans in host.json may have days, and what is not a time span is refused", () => {
  const span = (maxAutoLockRenewalDuration: string) => {
    write({ version: "2.0", extensions: { serviceBus: { maxAutoLockRenewalDuration } } });
    return readHostJson(directory).serviceBus.maxAutoLockRenewalMs;
  };
  expect(span("1.00:00:01")).toBe(86_401_000);
  expect(() => span("five minutes")).toThrow(/not a time span/);
});

test("settings of host.json without effect here are named by their path, a prefetch of zero is not one", () => {
  write({ version: "2.0", retry: {}, extensions: { http: { hsts: {} }, serviceBus: { prefetchCount: 5 } } });
  expect(readHostJson(directory).ignored).toEqual([
    "retry",
    "extensions.http.hsts",
    "extensions.serviceBus.prefetchCount",
  ]);
  write({ version: "2.0", extensions: { serviceBus: { prefetchCount: 0 } } });
  expect(readHostJson(directory).ignored).toEqual([]);
});

test.each(["x/{id:min(1)}", "x/{a}-{b}", "x/{id:decimal}"])(
  "the route %s is refused, not misread",
  (route) => {
    const fn: LoadedFunction = {
      name: "f",
      bindings: { t: { type: "httpTrigger", name: "t", direction: "in", route } },
    };
    expect(() => httpFunctions([fn], "api")).toThrow(/does not understand/);
  },
);
