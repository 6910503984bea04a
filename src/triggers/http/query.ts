import type { HttpRequest, HttpResponseInit } from "@azure/functions";
import { pathOf } from "../../contracts/issues";
import { Problem } from "./problem";

/** Refuses a query with other fields than these. The message shows no values: a misplaced key may be a secret. */
export async function takingOnly(
  known: readonly string[],
  request: HttpRequest,
  goOn: () => Promise<HttpResponseInit>,
): Promise<HttpResponseInit> {
  const fields = known.length === 0 ? "none" : known.join(", ");
  const issues = [...new Set(request.query.keys())]
    .filter((field) => !known.includes(field))
    .map((field) => ({
      path: pathOf([field]),
      value: "***",
      expectation: `no such field; known fields: ${fields}`,
    }));
  if (issues.length > 0) throw new Problem("invalid-query", "the query has unknown fields", { issues });
  return goOn();
}
