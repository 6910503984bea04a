import { core } from "../../local/functions-host/core-module";
import type { Invocation } from "./fixtures";

interface RpcData {
  readonly string?: string;
  readonly json?: string;
  readonly bytes?: Uint8Array;
  readonly int?: number;
  readonly double?: number;
  readonly http?: RpcHttp;
}

interface RpcHttp {
  readonly url?: string;
  readonly method?: string;
  readonly nullableHeaders?: Readonly<Record<string, { readonly value: string }>>;
  readonly nullableParams?: Readonly<Record<string, { readonly value: string }>>;
  readonly nullableQuery?: Readonly<Record<string, { readonly value: string }>>;
  readonly body?: { readonly bytes?: Uint8Array; readonly string?: string };
  readonly statusCode?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly { readonly sameSite?: string }[];
}

/** The messages between host and worker in one invocation, at the point where the traces were recorded. */
export interface WireCall {
  readonly metadata: {
    readonly name: string;
    readonly bindings: Readonly<Record<string, { readonly type: string }>>;
  };
  readonly request: {
    readonly invocationId: string;
    readonly functionId: string;
    readonly inputData: readonly { readonly name: string; readonly data: RpcData }[];
    readonly triggerMetadata: Readonly<Record<string, RpcData>>;
    readonly retryContext: unknown;
    readonly traceContext: unknown;
  };
  response?: { readonly returnValue?: RpcData | null; readonly outputData?: unknown };
  failed?: string;
}

export interface Wire {
  readonly calls: WireCall[];
  /** An activity ends only after this resolves. */
  delay: ((call: WireCall) => Promise<void>) | undefined;
  /** The capabilities that the worker reported to the host. */
  capabilities: object | undefined;
  /** From now on calls wait, as when the real host had not started them yet. */
  holdCalls(): void;
  letCalls(): void;
  /** Stops listening. */
  end(): void;
}

type Model = NonNullable<typeof core.model>;

/** Listens between host and worker. Install it after the app is loaded. */
export function tapWire(): Wire {
  const model = core.model as Model;
  let held: Promise<void> | undefined;
  let release: () => void = () => undefined;
  const wire: Wire = {
    calls: [],
    delay: undefined,
    capabilities: undefined,
    holdCalls() {
      held = new Promise((resolve) => {
        release = resolve;
      });
    },
    letCalls() {
      held = undefined;
      release();
    },
    end() {
      core.model = model;
    },
  };
  core.model = {
    name: model.name,
    version: model.version,
    async getCapabilities(defaults) {
      wire.capabilities = (await model.getCapabilities?.(defaults)) ?? defaults;
      return wire.capabilities;
    },
    async getInvocationModel(context) {
      await held;
      const call: WireCall = { ...(context as WireCall) };
      wire.calls.push(call);
      const inner = await model.getInvocationModel(context);
      const failing = async <T>(work: () => Promise<T>): Promise<T> => {
        try {
          return await work();
        } catch (fault) {
          call.failed = fault instanceof Error ? fault.message : String(fault);
          throw fault;
        }
      };
      return {
        getArguments: () => inner.getArguments(),
        invokeFunction: (...all) =>
          failing(async () => {
            const kind = Object.values(call.metadata.bindings)[0]?.type;
            if (kind === "activityTrigger") await wire.delay?.(call);
            return inner.invokeFunction(...all);
          }),
        getResponse: (...all) =>
          failing(async () => {
            const response = await inner.getResponse(...all);
            call.response = response;
            return response;
          }),
      };
    },
  };
  return wire;
}

const kinds: Readonly<Record<string, string>> = {
  orchestrationTrigger: "orchestrator",
  entityTrigger: "entity",
  activityTrigger: "activity",
  httpTrigger: "http",
};
const STATE_MARK = "$OutOfProcData$:";

/** A call in the form of the fixtures. */
export function asInvocation({ metadata, request, response, failed }: WireCall): Invocation {
  const [binding = "", { type = "" } = {}] =
    Object.entries(metadata.bindings).find(([, { type: each }]) => /trigger$/i.test(each)) ?? [];
  const kind = kinds[type] ?? type;
  const data = request.inputData.find(({ name }) => name === binding)?.data ?? {};
  const client = request.inputData.find(({ name }) => metadata.bindings[name]?.type === "durableClient");
  const returned = response?.returnValue ? decode(response.returnValue) : undefined;
  const at = failed?.indexOf(STATE_MARK) ?? -1;
  return {
    function: metadata.name,
    kind,
    ...(data.http
      ? { input: requestOf(data.http) }
      : data.string === undefined
        ? {}
        : { inputText: data.string }),
    ...(kind === "activity" || kind === "http" ? { triggerMetadata: metadataOf(request, binding) } : {}),
    ...(client ? { durableClient: JSON.parse(client.data.string ?? "") as unknown } : {}),
    ...(returned === undefined || returned === null ? {} : { returned }),
    ...(failed === undefined ? {} : { failed: at < 0 ? failed : failed.slice(0, at + STATE_MARK.length) }),
    ...(at < 0 ? {} : { outOfProcData: JSON.parse(failed?.slice(at + STATE_MARK.length) ?? "") as unknown }),
    ...(response || failed !== undefined ? {} : { unanswered: true }),
  };
}

export function decode({ json, string, bytes, int, double, http }: RpcData): unknown {
  if (json !== undefined) return JSON.parse(json) as unknown;
  if (bytes !== undefined) return { $base64: Buffer.from(bytes).toString("base64") };
  if (double !== undefined && !Number.isFinite(double)) return { $number: String(double) };
  if (http !== undefined) return responseOf(http);
  return string ?? int ?? double;
}

function metadataOf(request: WireCall["request"], binding: string): Record<string, unknown> {
  const others = Object.entries(request.triggerMetadata).filter(([name]) => name !== binding);
  return Object.fromEntries(others.map(([name, data]) => [name, decode(data)]));
}

function requestOf({ url, method, nullableHeaders, nullableParams, nullableQuery, body }: RpcHttp): unknown {
  const plain = (values: RpcHttp["nullableHeaders"] = {}) =>
    Object.fromEntries(Object.entries(values).map(([name, { value }]) => [name, value]));
  return {
    method,
    url,
    headers: plain(nullableHeaders),
    params: plain(nullableParams),
    query: plain(nullableQuery),
    ...(body?.bytes ? { body: Buffer.from(body.bytes).toString("utf8") } : {}),
  };
}

/** These are numbers on the wire. */
const sameSite = ["none", "lax", "strict", "explicitNone"];

function responseOf({ statusCode, headers, cookies, body }: RpcHttp): unknown {
  const bytes = Buffer.from(body?.bytes ?? body?.string ?? "");
  return {
    status: Number(statusCode),
    headers: headers ?? {},
    ...(cookies && cookies.length > 0
      ? { cookies: cookies.map((each) => ({ ...each, sameSite: sameSite.indexOf(each.sameSite ?? "none") })) }
      : {}),
    body: parsedBody(bytes, headers?.["content-type"]),
  };
}

/** A body in the form of the fixtures: parsed if it is JSON, base64 if it is not text. */
export function parsedBody(bytes: Buffer, contentType: string | undefined): unknown {
  const text = bytes.toString("utf8");
  if (Buffer.compare(Buffer.from(text), bytes) !== 0) return { $base64: bytes.toString("base64") };
  return contentType?.startsWith("application/json") && text !== "" ? (JSON.parse(text) as unknown) : text;
}
