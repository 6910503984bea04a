import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { readJournal, type JournalLine } from "./api";
import { Bus, type ReceivedEvent } from "./bus";
import type { WorldDescription } from "./world";

const READY_MS = 60_000;

/** One life of the world as a process of its own, between a start and a kill. */
export class Incarnation {
  readonly #process: ChildProcess;
  readonly #world: WorldDescription;
  readonly #bus: Bus;

  private constructor(child: ChildProcess, world: WorldDescription, events: ReceivedEvent[]) {
    this.#process = child;
    this.#world = world;
    this.#bus = new Bus(world, events);
  }

  static async start(dataDirectory: string, events: ReceivedEvent[]): Promise<Incarnation> {
    const args = [
      join(__dirname, "start.js"),
      "--json",
      "--data",
      dataDirectory,
      "--speed",
      "10",
      "--scenario",
      "calm",
    ];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    const world = await new Promise<WorldDescription>((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error("the world did not come up"));
      }, READY_MS);
      createInterface({ input: child.stdout }).once("line", (line) => {
        clearTimeout(timer);
        resolve(JSON.parse(line) as WorldDescription);
      });
      child.once("exit", (code) => {
        reject(new Error(`the world ended with ${String(code)} before it was up`));
      });
    });
    return new Incarnation(child, world, events);
  }

  /** Sends a request; resolves when the broker has it. */
  send(request: object): Promise<void> {
    return this.#bus.send(request);
  }

  journal(): Promise<JournalLine[]> {
    return readJournal(this.#world.journal);
  }

  /** Which side answers at each pair's production address. */
  async productions(): Promise<{ pair: string; production: "blue" | "green" }[]> {
    return Promise.all(
      this.#world.pairs.map(async ({ name, production }) => {
        for (let tries = 0; tries < 200; tries++) {
          const reply = await fetch(production).catch(() => undefined);
          const service = reply?.ok ? ((await reply.json()) as { service: string }).service : undefined;
          if (service)
            return {
              pair: name,
              production: service.endsWith("blue") ? ("blue" as const) : ("green" as const),
            };
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
        throw new Error(`production of ${name} does not answer`);
      }),
    );
  }

  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  async stop(): Promise<void> {
    await this.#end("SIGTERM");
  }

  async #end(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const gone = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#process.kill(signal);
    await gone;
    await this.#bus.close().catch(() => undefined);
  }
}
