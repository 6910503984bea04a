import type { GoldenApp } from "./golden-app";
import { normalise } from "./normalise";
import type { WireCall } from "./wire";

/** One recorded exchange between host and worker: protobuf as JSON. */
export interface RawSample {
  readonly request: { readonly functionId: string };
  readonly response: { readonly result?: { readonly exception?: { readonly message: string } } };
}

/** A recorded exchange without protobuf's additions. */
export function comparableSample({ request, response }: RawSample, ...unsent: readonly string[]): unknown {
  const { result, ...rest } = response;
  const sent = Object.fromEntries(Object.entries(request).filter(([name]) => !unsent.includes(name)));
  return normalise(essence({ request: sent, response: rest, failed: result?.exception?.message }));
}

/** The exchange of a call here in the same form, with the recorded names of keys. */
export function comparableCall(app: GoldenApp, { request, response, failed }: WireCall): unknown {
  const { invocationId } = request;
  const plain = JSON.stringify(
    { request, response: { ...response, invocationId }, failed },
    (_name, value: unknown) => {
      const bytes = ArrayBuffer.isView(value) ? (value as Uint8Array) : bufferData(value);
      return bytes ? { $utf8: Buffer.from(bytes).toString("utf8") } : value;
    },
  );
  return normalise(essence(JSON.parse(app.asRecorded(plain))));
}

/** JSON has already turned a Buffer into an object here. */
function bufferData(value: unknown): number[] | undefined {
  const { type, data } = (value ?? {}) as { type?: unknown; data?: number[] };
  return type === "Buffer" ? data : undefined;
}

const unions = ["string", "json", "bytes", "http", "int", "double", "value"];

/** Omits empty values and members that only name the set field of a union. */
function essence(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(essence);
  if (typeof value !== "object" || value === null) return value;
  const members = value as Readonly<Record<string, unknown>>;
  const namesField = (member: unknown) =>
    typeof member === "string" && unions.includes(member) && member in members;
  return Object.fromEntries(
    Object.entries(members)
      .filter(
        ([name, member]) => name !== "rpcData" && !(["data", "string"].includes(name) && namesField(member)),
      )
      .map(([name, member]) => [name, essence(member)] as const)
      .filter(([, member]) => !isEmpty(member)),
  );
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === "" || value === false) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

/** A function with the bindings that the worker reported. On the wire the retry strategy is a number. */
export function asIndexed(fn: GoldenApp["host"]["app"]["functions"][number]): object {
  const { name, bindings, retryOptions } = fn as typeof fn & {
    readonly retryOptions?: { retryStrategy: string };
  };
  const strategies = ["exponentialBackoff", "fixedDelay"];
  return {
    name,
    ...(retryOptions
      ? { retryOptions: { ...retryOptions, retryStrategy: strategies.indexOf(retryOptions.retryStrategy) } }
      : {}),
    bindings: Object.entries(bindings).map(([key, { properties: _properties, ...binding }]) => ({
      ...binding,
      name: key,
    })),
  };
}
