import type { Permission } from "../../../src/ports/identity";
import type { SimulatedHost } from "./host";
import type { Surroundings } from "./surroundings";

/** One call of the HTTP API. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly params?: Record<string, string>;
  readonly query?: Record<string, string>;
  readonly body?: object;
}

export interface Reply {
  readonly status: number;
  readonly text: string;
}

/** The caller: permissions, or a whole token. */
export type Rights = readonly Permission[] | string;

const RETRY_MS = 5_000;
const PATIENCE_MS = 30_000;

/** The HTTP API of a world's hosts, for people. */
export class HttpApi {
  readonly #world: Surroundings;

  constructor(world: Surroundings) {
    this.#world = world;
  }

  /** One of the hosts that answer HTTP. */
  someHost(): SimulatedHost | undefined {
    const { fronts, dice } = this.#world;
    return fronts.length === 0 ? undefined : dice.pick(fronts);
  }

  /** Calls a host once; returns the HTTP status, or 0 without a host. Never resolves if the host dies. */
  async once(name: string, call: Call, rights: Rights): Promise<number> {
    const host = this.someHost();
    return host ? this.call(host, name, call, rights) : 0;
  }

  /** Calls a host once, and waits half a minute. */
  async check(name: string, call: Call, rights: Rights): Promise<Reply | undefined> {
    const host = this.someHost();
    if (!host) return undefined;
    const late = this.#world.clock.sleep(PATIENCE_MS).then(() => undefined);
    return Promise.race([exchange(host, name, call, rights), late]);
  }

  /** Repeats a call until a host has answered. */
  async insist(name: string, call: Call, rights: Rights): Promise<Reply> {
    const { clock } = this.#world;
    for (;;) {
      const given = await this.check(name, call, rights);
      if (given && given.status >= 200 && given.status < 500) return given;
      await clock.sleep(RETRY_MS);
    }
  }

  async call(host: SimulatedHost, name: string, call: Call, rights: Rights): Promise<number> {
    return (await exchange(host, name, call, rights)).status;
  }
}

/** Makes a host answer one call of its HTTP API. */
export async function exchange(
  host: SimulatedHost,
  name: string,
  call: Call,
  rights: Rights,
): Promise<Reply> {
  const authorization = typeof rights === "string" ? rights : rights.join(",");
  const nullable = (entries: Record<string, string>) =>
    Object.fromEntries(Object.entries(entries).map(([key, value]) => [key, { value }]));
  const query = new URLSearchParams(call.query).toString();
  const http = {
    url: `http://localhost:7071/api/${call.path}${query && `?${query}`}`,
    method: call.method,
    nullableHeaders: nullable({ authorization, "content-type": "application/json" }),
    nullableParams: nullable(call.params ?? {}),
    nullableQuery: nullable(call.query ?? {}),
    ...(call.body ? { body: { bytes: Buffer.from(JSON.stringify(call.body)) } } : {}),
  };
  const data = { http };
  const { returnValue } = await host.invoke(name, { inputData: [{ name: host.bindingOf(name), data }] });
  const reply = returnValue?.http as { statusCode?: string; body?: { bytes?: Uint8Array } } | undefined;
  return {
    status: Number(reply?.statusCode ?? "0"),
    text: Buffer.from(reply?.body?.bytes ?? []).toString(),
  };
}
