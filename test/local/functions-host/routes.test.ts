import type { LoadedFunction } from "../../../local/functions-host/contract";
import { httpFunctions } from "../../../local/functions-host/routes";

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
