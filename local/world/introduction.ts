import { quoted, variableOf } from "./env-lines";
import { defaultDataDirectory, type WorldOptions } from "./options";
import type { DeploymentWindows } from "./windows-now";
import type { WorldDescription } from "./world";

/** The text for a person when a world is up: addresses, and commands to copy. */
export function introduce(
  world: WorldDescription,
  options: Pick<WorldOptions, "pairsFile" | "speed">,
  deploymentWindows: DeploymentWindows,
): string {
  return `
cloud-service-swap is up, in the embedded world (laptops, tests and rehearsals only).

  function app       ${world.http}
  Resource Manager   ${world.resourceManager}
  its journal        ${world.journal}
  issuer of tokens   ${world.issuer}
  data directory     ${world.dataDirectory}
  Service Bus        ${world.serviceBusConnectionString}
                     queue ${world.requestQueue}, topic ${world.eventTopic}, subscription ${world.eventSubscription}

Pairs (virtual IPs, and whether swaps may start now):
${pairLines(world, deploymentWindows)}
${rehearsalLines(world, options)}
People, by the variables that hold their tokens:
  ${Object.keys(world.tokens).map(variableOf).join(" ")}

Next, in another terminal:
${nextCommands(world, deploymentWindows)}

Ctrl-C stops it; the same command carries on where it was.
`;
}

function pairLines({ pairs }: WorldDescription, deploymentWindows: DeploymentWindows): string {
  const width = Math.max(...pairs.map(({ name }) => name.length));
  return pairs
    .map(
      ({ name, production, staging }) =>
        `  ${name.padEnd(width)}  production ${production}  staging ${staging}  ${deploymentWindows.get(name) ?? ""}`,
    )
    .map((line) => line.trimEnd())
    .join("\n");
}

function rehearsalLines(
  { notes }: WorldDescription,
  { pairsFile, speed }: Pick<WorldOptions, "pairsFile" | "speed">,
): string {
  const lines = notes.map((note) => `  ${note}\n`).join("");
  if (pairsFile === undefined) return lines;
  const waits =
    speed > 1
      ? `Waits for queue, readiness, operation, verification and soak are divided by ${speed}; everything else is as in the file.`
      : "Durations, windows, freezes, approvals and schedules are as in the file (--speed N divides the app's own waits).";
  return `
Rehearsed: ${pairsFile}, on simulated services (v1 in production, v2 in staging).
  ${waits}
${lines}`;
}

function nextCommands(
  { pairs, dataDirectory }: WorldDescription,
  deploymentWindows: DeploymentWindows,
): string {
  const [first] = pairs;
  const body = JSON.stringify({
    requestId: "first-1",
    pair: first?.name,
    promote: "green",
    reason: "try it",
  });
  const auth = '-H "authorization: Bearer $TOKEN"';
  const isClosed = deploymentWindows.get(first?.name ?? "")?.startsWith("closed") ?? false;
  const lines = [
    `eval "$(npm start --silent -- --env${dataOption(dataDirectory)})"    # addresses and tokens, as variables`,
    `curl -s -X POST "$HTTP/api/promotions" ${auth} -H "content-type: application/json" -d '${body}'`,
    `curl -s "$HTTP/api/promotions/first-1" ${auth}`,
    `curl -s ${first?.production ?? ""}`,
    'curl -s "$RESOURCE_MANAGER/effects"',
    ...(isClosed
      ? [
          '# no swap may start now; "breakGlass":{"reason":"rehearsal"} in the request skips deployment window and approval',
        ]
      : []),
  ];
  return lines.map((line) => `  ${line}`).join("\n");
}

function dataOption(data: string): string {
  if (data === defaultDataDirectory(process.env, false)) return "";
  return ` --data ${/^[\w./-]+$/.test(data) ? data : quoted(data)}`;
}
