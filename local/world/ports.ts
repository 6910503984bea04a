import { createServer } from "node:net";
import { readJson, writeJson } from "./files";

/** The ports of the world, all on 127.0.0.1. */
export interface WorldPorts {
  readonly http: number;
  readonly broker: number;
  readonly resourceManager: number;
  readonly issuer: number;
  /** The first port of the virtual IPs; each pair takes two. */
  readonly virtualIps: number;
}

const usual: WorldPorts = { http: 7071, broker: 5672, resourceManager: 7072, issuer: 7073, virtualIps: 7080 };
/** The minimum, so that worlds of up to five pairs have the same ports. */
const VIRTUAL_IPS = 10;

function fromBase(base: number): WorldPorts {
  return { http: base, resourceManager: base + 1, issuer: base + 2, broker: base + 3, virtualIps: base + 10 };
}

/**
 * Chooses ports: the last ones of this data directory, else the requested or usual ones. Replaces taken ports and
 * reports it. So tokens and bookmarks survive a restart.
 */
export async function choosePorts(
  file: string,
  base: number | undefined,
  say: (line: string) => void,
  virtualIps = VIRTUAL_IPS,
): Promise<WorldPorts> {
  const wanted = base === undefined ? ((readJson(file) as WorldPorts | undefined) ?? usual) : fromBase(base);
  const chosen = {
    http: await freeOr(wanted.http, "function app", say),
    broker: await freeOr(wanted.broker, "Service Bus", say),
    resourceManager: await freeOr(wanted.resourceManager, "Resource Manager", say),
    issuer: await freeOr(wanted.issuer, "issuer", say),
    virtualIps: await freeRow(wanted.virtualIps, Math.max(virtualIps, VIRTUAL_IPS), say),
  };
  writeJson(file, chosen);
  return chosen;
}

async function freeOr(port: number, what: string, say: (line: string) => void): Promise<number> {
  if (await isFree(port)) return port;
  const other = await anyFree();
  say(`Port ${port} is taken: the ${what} listens on ${other} instead.`);
  return other;
}

async function freeRow(first: number, length: number, say: (line: string) => void): Promise<number> {
  for (let start = first, tries = 0; tries < 200; start = first + ++tries * length) {
    const free = await Promise.all(Array.from({ length }, (_, i) => isFree(start + i)));
    if (!free.every(Boolean)) continue;
    if (start !== first)
      say(`Ports from ${first} are taken: the virtual IPs listen from ${start} on instead.`);
    return start;
  }
  throw new Error(`no ${length} consecutive free ports above ${first} for the virtual IPs`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => {
      resolve(false);
    });
    server.listen(port, "127.0.0.1", () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}

function anyFree(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address ? address.port : 0;
      server.close(() => {
        resolve(port);
      });
    });
  });
}
