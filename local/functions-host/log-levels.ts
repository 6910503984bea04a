import type { HostLog } from "./contract";

const levels = ["trace", "debug", "information", "warning", "error", "critical", "none"];

/**
 * Which lines `logging.logLevel` of host.json allows, as in Microsoft.Extensions.Logging: the longest entry that is a
 * prefix of the category, ignoring case; else `default`; else Information
 * (https://learn.microsoft.com/dotnet/core/extensions/logging#how-filtering-rules-are-applied).
 */
export function createLogFilter(logLevel: Readonly<Record<string, string>>): (line: HostLog) => boolean {
  const rules = Object.entries(logLevel).map(([prefix, level]) => {
    const least = levels.indexOf(level.toLowerCase());
    if (least < 0) throw new Error(`host.json: logging.logLevel.${prefix}: "${level}" is not a log level`);
    return { prefix: prefix.toLowerCase(), least };
  });
  const otherwise = rules.find(({ prefix }) => prefix === "default")?.least ?? levels.indexOf("information");
  const byLength = rules
    .filter(({ prefix }) => prefix !== "default")
    .sort((one, other) => other.prefix.length - one.prefix.length);
  return (line) => {
    const category = categoryOf(line).toLowerCase();
    const least = byLength.find(({ prefix }) => category.startsWith(prefix))?.least ?? otherwise;
    return levels.indexOf(line.level.toLowerCase()) >= least;
  };
}

/**
 * A function's own lines have the category `<name>.Invocation` in the worker, and the logger `Function.<name>.User`.
 */
function categoryOf({ category, functionName }: HostLog): string {
  return functionName !== undefined && category === `${functionName}.Invocation`
    ? `Function.${functionName}.User`
    : category;
}
