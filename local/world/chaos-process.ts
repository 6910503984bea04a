import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { PartStart } from "./part";

const READY_MS = 60_000;

/** One process of a part of the world, from start to kill. */
export class PartProcess<Offers> {
  readonly offers: Offers;
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #errors: () => string;

  private constructor(child: ChildProcess, offers: Offers, errors: () => string) {
    this.#child = child;
    this.offers = offers;
    this.pid = child.pid ?? 0;
    this.#errors = errors;
  }

  /** Resolves when it is up; rejects with its output when it ends before that. */
  static async start<Offers>(start: PartStart): Promise<PartProcess<Offers>> {
    const child = spawn(process.execPath, [join(__dirname, "part.js"), JSON.stringify(start)], {
      stdio: ["pipe", "pipe", "pipe"],
    });
    let errors = "";
    child.stderr.on("data", (chunk: Buffer) => (errors = `${errors}${chunk.toString()}`.slice(-10_000)));
    // The pipe breaks when the part is killed.
    child.stdin.on("error", () => undefined);
    const offers = await new Promise<Offers>((resolve, reject) => {
      const timer = setTimeout(() => {
        child.kill("SIGKILL");
        reject(new Error(`${start.part} did not start within ${READY_MS / 1000} s`));
      }, READY_MS);
      createInterface({ input: child.stdout }).once("line", (line) => {
        clearTimeout(timer);
        resolve(JSON.parse(line) as Offers);
      });
      child.once("close", () => {
        clearTimeout(timer);
        reject(new Error(errors.trim()));
      });
    });
    return new PartProcess(child, offers, () => errors);
  }

  /** Kills it with SIGKILL. Returns its output if it had already ended by itself, which is always an error. */
  async kill(): Promise<string | undefined> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null)
      return this.#errors().trim() || "no word";
    const gone = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill("SIGKILL");
    await gone;
    return undefined;
  }
}
