const PAUSE_MS = 25;

export interface TrafficReport {
  readonly requests: number;
  readonly failures: number;
  /** Successive answers: a version, with its status if that is an error. */
  readonly versions: readonly string[];
  /** The longest time without an answer, ms; 0 without failures. */
  readonly gapMs: number;
}

/** Real HTTP requests through a virtual IP, one after another, until stopped. */
export class Traffic {
  readonly #url: string;
  readonly #say: (line: string) => void;
  #requests = 0;
  #failures = 0;
  #versions: string[] = [];
  #gapMs = 0;
  #lastAnswer = Date.now();
  #failing = false;
  #running = true;
  #done: Promise<void>;

  constructor(url: string, say: (line: string) => void) {
    this.#url = url;
    this.#say = say;
    this.#done = this.#run();
  }

  async stop(): Promise<TrafficReport> {
    this.#running = false;
    await this.#done;
    return {
      requests: this.#requests,
      failures: this.#failures,
      versions: this.#versions,
      gapMs: this.#gapMs,
    };
  }

  async #run(): Promise<void> {
    while (this.#running) {
      this.#requests++;
      const version = await this.#ask();
      if (version === undefined) {
        this.#failures++;
        this.#failing = true;
      } else {
        this.#answered(version);
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  #answered(version: string): void {
    const now = Date.now();
    if (this.#failing) this.#gapMs = Math.max(this.#gapMs, now - this.#lastAnswer);
    this.#failing = false;
    this.#lastAnswer = now;
    if (this.#versions.at(-1) === version) return;
    this.#versions.push(version);
    this.#say(`production answers "${version}"`);
  }

  async #ask(): Promise<string | undefined> {
    try {
      const reply = await fetch(this.#url, { signal: AbortSignal.timeout(2_000) });
      const { version } = (await reply.json()) as { version?: string };
      return version === undefined || reply.ok ? version : `${version} with status ${reply.status}`;
    } catch {
      return undefined;
    }
  }
}
