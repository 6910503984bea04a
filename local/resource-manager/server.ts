import type { IncomingMessage, ServerResponse } from "node:http";
import { wireText } from "./contract";
import { control } from "./control";
import { createSimulator, type ResourceManagerOptions } from "./in-process";
import { listen, RoleInstances, startVirtualIp, type Listening } from "./role-instances";
import { parseScenario, type Scenario } from "./scenario";
import type { Simulator } from "./simulator";
import { serviceId } from "./ids";
import { publicFrontend } from "./state";

export interface ResourceManagerServer {
  /** Base URL to use as ARM endpoint. */
  readonly endpoint: string;
  /** GET returns the journal. */
  readonly journalUrl: string;
  readonly pairs: readonly WorldPair[];
  stop(): Promise<void>;
}

/** `production` and `staging` are the addresses of the virtual IPs of those slots; they stay when services move. */
interface WorldPair {
  readonly name: string;
  readonly production: string;
  readonly staging: string;
  readonly blue: string;
  readonly green: string;
}

/** Starts Resource Manager on a loopback port, with a live HTTP server per role instance behind virtual IPs. */
export async function startResourceManager(
  options: ResourceManagerOptions & { readonly port?: number; readonly virtualIpPortBase?: number },
): Promise<ResourceManagerServer> {
  const simulator = createSimulator(options);
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  stops.push(() => {
    simulator.close();
    return Promise.resolve();
  });
  try {
    const instances = new RoleInstances(simulator);
    stops.push(() => instances.stop());
    await instances.start();
    const scenario = parseScenario(options.scenario);
    const addresses = await startVirtualIps(
      scenario,
      simulator,
      instances,
      options.virtualIpPortBase ?? 0,
      stops,
    );
    const server = await listen(options.port ?? 0, (request, response) => {
      void serve(simulator, request, response);
    });
    stops.push(() => server.stop());
    const endpoint = `http://127.0.0.1:${server.port}`;
    return {
      endpoint,
      journalUrl: `${endpoint}/journal`,
      pairs: pairsOf(scenario, simulator, addresses),
      stop,
    };
  } catch (fault) {
    await stop();
    throw fault;
  }
}

async function startVirtualIps(
  scenario: Scenario,
  simulator: Simulator,
  instances: RoleInstances,
  base: number,
  stops: (() => Promise<void>)[],
): Promise<Map<string, string>> {
  const addresses = new Map<string, string>();
  const names = scenario.pairs.flatMap((pair) => pair.publicIps.map((ip) => ip.name));
  for (const [i, name] of names.entries()) {
    const listening: Listening = await startVirtualIp(base === 0 ? 0 : base + i, name, simulator, instances);
    stops.push(() => listening.stop());
    addresses.set(name.toLowerCase(), `http://127.0.0.1:${listening.port}`);
  }
  return addresses;
}

type Side = Scenario["pairs"][number]["blue"];

function pairsOf(
  scenario: Scenario,
  simulator: Simulator,
  addresses: ReadonlyMap<string, string>,
): WorldPair[] {
  return scenario.pairs.map((pair) => {
    const addressOf = ({ name }: Side) => {
      const service = simulator.service(name);
      return addresses.get((service && publicFrontend(service)?.publicIp?.toLowerCase()) ?? "") ?? "";
    };
    const isSwapped = simulator.service(pair.green.name)?.slot === "Production";
    const [holder, other] = isSwapped ? [pair.green, pair.blue] : [pair.blue, pair.green];
    const id = (side: Side) => serviceId(simulator.subscription, side, false);
    return {
      name: pair.name,
      production: addressOf(holder),
      staging: addressOf(other),
      blue: id(pair.blue),
      green: id(pair.green),
    };
  });
}

async function serve(
  simulator: Simulator,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString("utf8");
  const url = request.url ?? "/";
  const method = request.method ?? "GET";
  const send = (status: number, text: string, headers: Record<string, string> = {}) => {
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(text);
  };
  if (url === "/journal" || url === "/effects") {
    send(200, JSON.stringify(url === "/journal" ? simulator.journal.entries : simulator.journal.effects));
    return;
  }
  if (url.startsWith("/control/")) {
    const { status, body: answer } = control(simulator, method, url, parse(body));
    send(status, JSON.stringify(answer));
    return;
  }
  const origin = `http://${request.headers.host ?? "127.0.0.1"}`;
  const outcome = simulator.handle({ method, url, body, origin });
  const deliver = () => {
    if (outcome.kind === "reset") request.socket.destroy();
    else if (outcome.kind === "reply")
      send(outcome.reply.status, wireText(outcome.reply), outcome.reply.headers);
  };
  if (outcome.delayMs > 0) simulator.after(outcome.delayMs, deliver);
  else deliver();
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}
