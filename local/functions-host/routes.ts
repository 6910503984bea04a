import type { HostLog, LoadedFunction } from "./contract";
import { triggerOf } from "./loaded-app";

export interface HttpFunction {
  readonly name: string;
  readonly binding: string;
  readonly methods: readonly string[];
  readonly authLevel: string;
  readonly match: (path: string) => Record<string, string> | undefined;
}

/**
 * The HTTP functions of an app in the real host's order, which is by name: the first whose path and methods match is
 * called, even if another is more specific (https://github.com/Azure/azure-functions-host/issues/9876).
 */
export function httpFunctions(
  functions: readonly LoadedFunction[],
  prefix: string,
  log: (line: HostLog) => void = () => undefined,
): HttpFunction[] {
  return functions
    .flatMap((fn) => {
      const trigger = triggerOf(fn);
      if (trigger?.type !== "httpTrigger") return [];
      const { options } = trigger;
      const route = typeof options["route"] === "string" ? options["route"] : fn.name;
      if (/^\/?admin/i.test(route)) {
        // The real host reserves the whole prefix, not only the segment (golden: auth, "adminlevel").
        const message = `${fn.name} is in error and not loaded: its route "${route}" starts with "admin"`;
        log({ level: "error", category: "Host.Startup", message });
        return [];
      }
      const methods = (options["methods"] as string[] | undefined) ?? ["GET", "POST"];
      const authLevel = (options["authLevel"] as string | undefined) ?? "anonymous";
      const template = [prefix, route].filter(Boolean).join("/");
      return [
        {
          name: fn.name,
          binding: trigger.name,
          methods: methods.map((m) => m.toUpperCase()),
          authLevel: authLevel.toLowerCase(),
          match: matcher(template),
        },
      ];
    })
    .sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
}

const constraints: Record<string, string> = {
  int: "-?\\d+",
  long: "-?\\d+",
  guid: "[0-9a-fA-F-]{36}",
  alpha: "[a-zA-Z]+",
  bool: "(?:true|false)",
};

/** Matches a route, ignoring case and a trailing slash. Supports `{id}`, `{id?}`, `{id:int}` and `{*rest}`. */
function matcher(template: string): (path: string) => Record<string, string> | undefined {
  const names: string[] = [];
  const pattern = template
    .split("/")
    .filter(Boolean)
    .map((segment) => {
      const parameter = /^\{(\*?)([^:?}]+)(?::([a-z]+))?(\??)\}$/.exec(segment);
      const refused = () =>
        new Error(`the embedded host does not understand "${segment}" in the route "${template}"`);
      if (!parameter) {
        if (/[{}]/.test(segment)) throw refused();
        return `/${segment.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}`;
      }
      const [, star, name = "", constraint = "", optional] = parameter;
      if (constraint && !constraints[constraint]) throw refused();
      names.push(name);
      if (star) return "(?:/(.*))?";
      const value = `/(${constraints[constraint] ?? "[^/]+"})`;
      return optional ? `(?:${value})?` : value;
    })
    .join("");
  const expression = new RegExp(`^${pattern}/?$`, "i");
  return (path) => {
    const found = expression.exec(path);
    if (!found) return undefined;
    return Object.fromEntries(
      names.flatMap((name, i) => {
        const value = found[i + 1];
        return value === undefined || value === "" ? [] : [[name, decode(value)]];
      }),
    );
  };
}

/** Parameters are decoded except for an encoded slash (golden: http-routes). */
function decode(value: string): string {
  return value
    .split(/(%2f)/i)
    .map((part) => (/^%2f$/i.test(part) ? part : safely(part)))
    .join("");
}

function safely(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
