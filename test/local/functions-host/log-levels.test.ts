import { createLogFilter } from "../../../local/functions-host/log-levels";

/** https://learn.microsoft.com/dotnet/core/extensions/logging#how-filtering-rules-are-applied */
const line = (level: string, category: string) => ({ level, category, message: "m" });

test("the longest entry that a category begins with counts, in whatever case and order", () => {
  const isLogged = createLogFilter({
    "function.promote.User": "Information",
    default: "Error",
    Function: "Warning",
  });
  expect(isLogged(line("information", "Function.promote.User"))).toBe(true);
  expect(isLogged(line("information", "Function.other.User"))).toBe(false);
  expect(isLogged(line("warning", "Function.other.User"))).toBe(true);
  expect(isLogged(line("warning", "Host.Startup"))).toBe(false);
  expect(isLogged(line("error", "Host.Startup"))).toBe(true);
});

test("without entries, Information and above come through; None lets nothing through", () => {
  expect(createLogFilter({})(line("information", "Host"))).toBe(true);
  expect(createLogFilter({})(line("debug", "Host"))).toBe(false);
  expect(createLogFilter({ default: "None" })(line("critical", "Host"))).toBe(false);
});

test("a function's own lines go by Function.<name>.User; the host's about it do not", () => {
  const isLogged = createLogFilter({ default: "Warning", "Function.tick.User": "Information" });
  const about = { level: "information", message: "m", functionName: "tick" };
  expect(isLogged({ ...about, category: "tick.Invocation" })).toBe(true);
  expect(isLogged({ ...about, category: "Host.Timers" })).toBe(false);
});

test("a level that there is not is refused by its path", () => {
  expect(() => createLogFilter({ Function: "Loud" })).toThrow('logging.logLevel.Function: "Loud"');
});
