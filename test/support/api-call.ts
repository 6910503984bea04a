import type { HttpRequest, HttpResponseInit, InvocationContext } from "@azure/functions";
import type { Caller, Permission } from "../../src/ports/identity";
import type { Ports } from "../../src/ports/ports";
import { httpRoutes } from "../../src/triggers/http/routes";
import { expectDeclaredReply } from "./declared-reply";
import { expectOneFormat } from "./times";

const permissions: readonly Permission[] = ["Swap.Read", "Swap.Request", "Swap.Approve", "Swap.Operate"];
const caller: Caller = { oid: "o-1", name: "Ada", application: false, permissions, roles: [] };

/** One call of a route. */
export interface ApiCall {
  readonly route: string;
  readonly params?: Record<string, string>;
  readonly query?: string;
  readonly body?: object;
  /** The caller's name; Ada by default. */
  readonly by?: string;
}

/** Calls a route as a caller with all permissions. */
export async function call(
  ports: Ports,
  { route: name, params = {}, query = "", body, by = "Ada" }: ApiCall,
) {
  const reading = {
    plan: () => Promise.reject(new Error("x")),
    describe: () => Promise.reject(new Error("x")),
  };
  const gate = {
    portsFor: () => ports,
    verifier: { verify: () => Promise.resolve({ caller: { ...caller, name: by } }) },
  };
  const route = httpRoutes(gate, reading).find((each) => each.name === name)!;
  const request = {
    url: "http://127.0.0.1/api",
    method: "GET",
    params,
    query: new URLSearchParams(query),
    headers: new Headers({ authorization: "Bearer x", "content-type": "application/json" }),
    arrayBuffer: () => Promise.resolve(Buffer.from(body ? JSON.stringify(body) : "")),
  } as unknown as HttpRequest;
  const context = { invocationId: "i-1", error: () => undefined } as unknown as InvocationContext;
  const reply: HttpResponseInit = await route.handler(request, context);
  // A wire body is what it is.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  const answer: any = JSON.parse((reply.body as string | undefined) ?? "{}");
  expectOneFormat(answer, "api");
  expectDeclaredReply(name, { status: reply.status ?? 200, body: answer });
  return { status: reply.status, headers: reply.headers as Record<string, string>, body: answer };
}
