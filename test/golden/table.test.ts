import { readdirSync } from "node:fs";
import { join } from "node:path";
import { otherBatches, refused } from "./exceptions";
import { readEntries, readJson, scenarioNames } from "./fixtures";
import { ignored } from "./normalise";

interface Line {
  readonly what: string;
  readonly replayed: number;
  readonly of: number;
}

test("a test replays every recorded file; this table lists the exceptions", () => {
  const lines = [
    line("scenarios/", scenarioNames.length),
    ...["management", "client", "host-names", "auth", "http-triggers", "http-routes", "restart"].map((name) =>
      line(`${name}.json`, readEntries(`${name}.json`).entries.length),
    ),
    ...timerLines(),
    line("worker-startup.json", startupParts()),
  ];
  const files = readdirSync(join(__dirname, "../fixtures/golden")).filter((file) => file.endsWith(".json"));
  expect(files.filter((file) => !lines.some(({ what }) => what.startsWith(file)))).toEqual([]);
  for (const file of [...Object.keys(refused), ...Object.keys(otherBatches)])
    expect(isRecorded(file)).toBe(true);

  const table = [
    "Golden replay",
    ...lines.map(({ what, replayed, of }) => `  ${what.padEnd(40)} ${replayed}/${of}`),
    "Not replayed",
    ...rows(refused),
    "Entity operations compared without their batches",
    ...rows(otherBatches),
    "Not compared",
    ...rows(ignored),
  ];

  console.log(table.join("\n"));
});

function line(what: string, of: number): Line {
  const exceptions = Object.keys(refused).filter((file) => file.startsWith(what)).length;
  return { what, replayed: of - exceptions, of };
}

function timerLines(): Line[] {
  const { timers, serviceBus } = readJson("timer-and-service-bus.json") as {
    timers: unknown[];
    serviceBus: { invocations: unknown[] };
  };
  return [
    line("timer-and-service-bus.json timers", timers.length),
    line("timer-and-service-bus.json serviceBus", serviceBus.invocations.length),
  ];
}

/** Versions and capabilities, the functions of both apps, and the raw exchanges. */
function startupParts(): number {
  const { functions, samples } = readJson("worker-startup.json") as { functions: object; samples: object };
  return 1 + Object.values(functions).flat().length + Object.keys(samples).length;
}

function isRecorded(file: string): boolean {
  const [name = "", part = ""] = file.split("/");
  if (name === "scenarios") return scenarioNames.includes(part);
  return readEntries(name).entries.some(({ seq }) => seq === Number(part));
}

function rows(table: Readonly<Record<string, string>>): string[] {
  return Object.entries(table).map(([what, why]) => `  ${what}: ${why}`);
}
