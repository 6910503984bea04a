import { readHostJson } from "../../../local/functions-host/host-json";
import { useAppDirectory } from "../../support/app-directory";

const directory = useAppDirectory();

test("time spans in host.json may have days; anything else is refused", () => {
  const span = (maxAutoLockRenewalDuration: string) => {
    directory.write({ version: "2.0", extensions: { serviceBus: { maxAutoLockRenewalDuration } } });
    return readHostJson(directory.path()).serviceBus.maxAutoLockRenewalMs;
  };
  expect(span("1.00:00:01")).toBe(86_401_000);
  expect(() => span("five minutes")).toThrow(/not a time span/);
});

test("settings of host.json without effect are named; a prefetch of zero is not one", () => {
  directory.write({
    version: "2.0",
    retry: {},
    extensions: { http: { hsts: {} }, serviceBus: { prefetchCount: 5 } },
  });
  expect(readHostJson(directory.path()).ignored).toEqual([
    "retry",
    "extensions.http.hsts",
    "extensions.serviceBus.prefetchCount",
  ]);
  directory.write({ version: "2.0", extensions: { serviceBus: { prefetchCount: 0 } } });
  expect(readHostJson(directory.path()).ignored).toEqual([]);
});
