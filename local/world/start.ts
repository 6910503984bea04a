import { messagesOf } from "./fault-text";
import { parseWorldOptions, startUsage } from "./options";
import { startWorld, type World, type WorldDescription } from "./world";

/** `npm start`: the world stays up until Ctrl-C; everything durable survives a kill. */
async function main(): Promise<void> {
  const parsed = parseWorldOptions(process.argv.slice(2), process.env);
  if ("complaints" in parsed) {
    console.error(`${parsed.complaints.join("\n")}\n\n${startUsage}`);
    process.exitCode = 2;
    return;
  }
  const { options } = parsed;
  const say = (line: string) => {
    if (options.json) console.error(line);
    else console.log(line);
  };
  const world = await startWorld({ ...options, say, watch: options.json ? undefined : say });
  stopOnSignal(world);
  if (options.json) console.log(JSON.stringify(world.description));
  else say(introduce(world.description));
}

function stopOnSignal(world: World): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      // Whatever does not end in time is picked up at the next start, as after a kill.
      setTimeout(() => process.exit(0), 1_700).unref();
      world.stop().then(
        () => process.exit(0),
        () => process.exit(1),
      );
    });
  }
}

function introduce(world: WorldDescription): string {
  const pairs = world.pairs.map(
    (pair) => `  ${pair.name.padEnd(10)} production ${pair.production}  staging ${pair.staging}`,
  );
  const shop = world.pairs[0]?.name ?? "shop";
  const body = JSON.stringify({ requestId: "first-1", pair: shop, promote: "green", reason: "try it" });
  return `
cloud-service-swap is up, in the embedded world (laptops, tests and rehearsals only).

  function app       ${world.http}
  Resource Manager   ${world.resourceManager}
  its journal        ${world.journal}
  data directory     ${world.dataDirectory}
  Service Bus        ${world.serviceBusConnectionString}
                     queue ${world.requestQueue}, topic ${world.eventTopic}, subscription ${world.eventSubscription}

Pairs:
${pairs.join("\n")}

People (bearer tokens):
${Object.entries(world.tokens)
  .map(([person, token]) => `  ${person}\n    ${token}`)
  .join("\n")}

Next, in another terminal:
  TOKEN=${world.tokens.operator}
  curl -s -X POST ${world.http}/api/promotions -H "authorization: Bearer $TOKEN" -H "content-type: application/json" -d '${body}'
  curl -s ${world.http}/api/promotions/first-1 -H "authorization: Bearer $TOKEN"
  curl -s ${world.pairs[0]?.production ?? ""}
  curl -s ${world.journal}

Ctrl-C stops it; the same command carries on where it was.
`;
}

main().catch((fault: unknown) => {
  console.error(fault instanceof Error ? messagesOf(fault) : fault);
  process.exit(1);
});
