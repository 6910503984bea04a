import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { Simulator } from "./simulator";
import { publicFrontend, type ServiceState } from "./state";
import { webAnswer, type WebAnswer } from "./web-answers";

/** Bytes of a request's head: an operation's URL alone may take 12 KB. */
const LONGEST_HEAD = 64 * 1024;

/** A server that listens on loopback, and its port. */
export interface Listening {
  readonly port: number;
  stop(): Promise<void>;
}

export function listen(
  port: number,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Listening> {
  const server: Server = createServer({ maxHeaderSize: LONGEST_HEAD }, answer);
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      resolve({
        port: typeof address === "object" && address ? address.port : port,
        stop: async () => {
          server.closeAllConnections();
          await new Promise((done) => server.close(done));
        },
      });
    });
  });
}

/** The live role instances, one HTTP server each; one that is not started answers 503. */
export class RoleInstances {
  readonly #simulator: Simulator;
  readonly #servers = new Map<string, Listening>();
  #next = 0;

  constructor(simulator: Simulator) {
    this.#simulator = simulator;
  }

  async start(): Promise<void> {
    for (const service of Object.values(this.#simulator.state.services)) {
      for (const { name } of service.instances) {
        this.#servers.set(
          `${service.name}/${name}`,
          await listen(0, (request, response) => {
            const { status, headers, body } = this.#answer(service, name, request.url ?? "/");
            response
              .writeHead(status, { "content-type": "application/json", ...headers })
              .end(JSON.stringify(body));
          }),
        );
      }
    }
  }

  #answer(service: ServiceState, instance: string, url: string): WebAnswer {
    if (this.#simulator.instanceState(service, instance) !== "RoleStateStarted")
      return { status: 503, headers: {}, body: { error: "not started" } };
    const answer = webAnswer(service, instance, url);
    return { ...answer, status: this.#bugOf(service) ?? answer.status };
  }

  /** The status of the error that shows now, or undefined. */
  #bugOf({ name, bug, slot }: ServiceState): number | undefined {
    if (!bug || slot !== "Production") return undefined;
    const taken = this.#simulator.journal.effects.filter(({ production }) => production === name).at(-1);
    const elapsed = taken ? this.#simulator.secondsSince(Date.parse(taken.at)) : Infinity;
    return elapsed >= bug.after ? bug.status : undefined;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#servers.values()].map((server) => server.stop()));
  }

  /** Returns the started instances of a web role in rotation. */
  pick(service: ServiceState): number | undefined {
    const web = service.roles.filter((role) => role.web).map((role) => role.name);
    const up = service.instances.filter(
      (i) =>
        web.includes(i.role) &&
        this.#servers.has(`${service.name}/${i.name}`) &&
        this.#simulator.instanceState(service, i.name) === "RoleStateStarted",
    );
    const chosen = up[this.#next++ % Math.max(up.length, 1)];
    return chosen && this.#servers.get(`${service.name}/${chosen.name}`)?.port;
  }
}

/** A virtual IP: forwards each request to the service that holds the public IP now; no answer during a swap's gap. */
export function startVirtualIp(
  port: number,
  ip: string,
  simulator: Simulator,
  instances: RoleInstances,
): Promise<Listening> {
  return listen(port, (incoming, response) => {
    const holder = Object.values(simulator.state.services).find(
      (service) => publicFrontend(service)?.publicIp?.toLowerCase() === ip.toLowerCase(),
    );
    const target = holder && !simulator.isInGap(holder) ? instances.pick(holder) : undefined;
    if (target === undefined) {
      response
        .writeHead(503, { "content-type": "application/json", connection: "close" })
        .end('{"error":"no service answers at this address"}');
      return;
    }
    const forwarded = httpRequest(
      {
        host: "127.0.0.1",
        port: target,
        method: incoming.method,
        path: incoming.url,
        headers: { ...incoming.headers, connection: "close" },
      },
      (reply) => {
        response.writeHead(reply.statusCode ?? 502, { ...reply.headers, connection: "close" });
        reply.pipe(response);
      },
    );
    forwarded.once("error", () => {
      if (!response.headersSent) response.writeHead(502, { connection: "close" });
      response.end();
    });
    incoming.pipe(forwarded);
  });
}
