import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { MemoryLevel } from "memory-level";
import { startDurableApp, type DurableApp, type ObservedInvocation } from "../support/durable-app";
import { normalise } from "./normalise";

const fixtures = join(__dirname, "../fixtures/golden");

/** What is not replayed, or not compared, and why. */
const exceptions: Readonly<Record<string, string>> = {
  "call-http": "durable HTTP is refused: HTTP belongs into an activity",
  "http-202": "durable HTTP is refused",
  "http-404": "durable HTTP is refused",
  "http-post": "durable HTTP is refused",
  "http-refused": "durable HTTP is refused",
  "terminate-during-activity": "its activity sleeps in real time, which a virtual clock does not pass",
};

/** Compared by status and output only, and why. */
const finalOnly: Readonly<Record<string, string>> = {
  big: "its 100 KB were cut when recorded",
  "all-fail": "parallel results arrived in another order",
  fanout: "parallel results arrived in another order",
  "retry-all": "parallel results arrived in another order",
  "entity-many": "the real host spread the replies over more episodes",
};

interface Step {
  readonly do: string;
  readonly ms?: number;
  readonly event?: string;
  readonly data?: unknown;
  readonly reason?: string;
  readonly timeoutMs?: number;
}

interface Recorded {
  readonly name: string;
  readonly orchestrator: string;
  readonly instanceId: string;
  readonly input?: unknown;
  readonly steps: readonly Step[];
  readonly final: { runtimeStatus: string; output: unknown; input: unknown; customStatus: unknown } | null;
  readonly invocations: readonly {
    function: string;
    kind: string;
    input?: unknown;
    returned?: unknown;
    failed?: string;
    outOfProcData?: unknown;
  }[];
}

const scenarios = readdirSync(join(fixtures, "scenarios")).map(
  (file) => JSON.parse(readFileSync(join(fixtures, "scenarios", file), "utf8")) as Recorded,
);

let app: DurableApp;
const seen: ObservedInvocation[] = [];

beforeAll(async () => {
  app = await startDurableApp({
    appDirectory: join(fixtures, "app"),
    database: new MemoryLevel(),
    observe: (call) => seen.push(call),
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- the recorded app is CommonJS and registers when loaded
    register: () => void require("../fixtures/golden/app/index.js"),
  });
});
afterAll(() => app.stop());

const status = async (id: string) => (await app.call("GET", `instances/${id}`)).body as Recorded["final"];
const over = ["Completed", "Failed", "Terminated", "Canceled"];

async function play({ instanceId, orchestrator, input, steps }: Recorded): Promise<void> {
  for (const step of steps) {
    switch (step.do) {
      case "start": {
        const reply = await fetch(`${app.host.origin}/api/start/${orchestrator}?id=${instanceId}`, {
          method: "POST",
          ...(input === undefined ? {} : { body: JSON.stringify(input) }),
        });
        expect(reply.status).toBe(202);
        break;
      }
      case "raiseEvent":
        await app.call("POST", `instances/${instanceId}/raiseEvent/${step.event ?? ""}`, step.data);
        break;
      case "terminate":
        await app.call(
          "POST",
          `instances/${instanceId}/terminate?reason=${encodeURIComponent(step.reason ?? "")}`,
        );
        break;
      case "sleep":
        await app.advance(step.ms ?? 0);
        break;
      case "waitUntilFinished":
        for (
          let waited = 0;
          waited < 60_000 && !over.includes((await status(instanceId))?.runtimeStatus ?? "");
          waited += 500
        ) {
          await new Promise((resolve) => setTimeout(resolve, 5));
          await app.advance(500);
        }
        break;
      default:
        await app.settle();
    }
    await app.settle();
  }
}

/** Orchestrator invocations of one instance, in order. */
function told(
  invocations: readonly { kind: string; function: string; value: unknown }[],
  kind: string,
): unknown[] {
  return invocations
    .filter((i) => i.kind === kind)
    .map((i) => ({ function: i.function, ...(i.value as object) }));
}

const replayed = scenarios.filter(({ name }) => !(name in exceptions));

test.each(replayed.map((s) => [s.name, s] as const))(
  "%s: status, output and orchestrator answers are those of the real host",
  async (_name, recorded) => {
    seen.length = 0;
    await play(recorded);
    const final = await status(recorded.instanceId);
    const pick = (s: Recorded["final"]) =>
      s &&
      normalise({
        runtimeStatus: s.runtimeStatus,
        output: s.output,
        input: s.input,
        customStatus: s.customStatus,
      });
    expect(pick(final)).toEqual(pick(recorded.final));
    if (recorded.name in finalOnly) return;
    const mine = seen.flatMap((call) => {
      const parsed = call.input?.startsWith("{")
        ? (JSON.parse(call.input) as { instanceId?: string; history?: unknown })
        : undefined;
      if (parsed?.history === undefined || parsed.instanceId !== recorded.instanceId) return [];
      return [
        {
          kind: "orchestrator",
          function: call.function,
          value: { input: normalise(parsed), answer: answerOf(call) },
        },
      ];
    });
    const theirs = recorded.invocations.flatMap((call) => {
      const own = (call.input as { instanceId?: string } | undefined)?.instanceId === recorded.instanceId;
      if (call.kind !== "orchestrator" || !own) return [];
      const answer =
        call.returned !== undefined ? normalise(call.returned) : normalise(call.outOfProcData ?? call.failed);
      return [
        { kind: "orchestrator", function: call.function, value: { input: normalise(call.input), answer } },
      ];
    });
    expect(told(mine, "orchestrator")).toEqual(told(theirs, "orchestrator"));
  },
);

function answerOf({ returned, failed }: ObservedInvocation): unknown {
  if (failed === undefined)
    return normalise(
      JSON.parse(
        (returned as { json?: string; string?: string }).json ?? (returned as { string: string }).string,
      ),
    );
  const at = failed.indexOf("$OutOfProcData$:");
  return normalise(at < 0 ? failed : JSON.parse(failed.slice(at + "$OutOfProcData$:".length)));
}
