import { envLines } from "./env-lines";
import { messagesOf } from "./fault-text";
import { introduce } from "./introduction";
import { parseWorldOptions, startUsage, type WorldOptions } from "./options";
import { readOwnFile } from "./own-pairs/own-file";
import { mistakesOfPairsFile } from "./parts";
import { dropDescription, keepDescription, runningWorld } from "./running-world";
import { checkWindows } from "./windows-now";
import { startWorld, type World } from "./world";

/** `npm start`: the world runs until Ctrl-C; durable data survives a kill. */
async function main(): Promise<void> {
  const parsed = parseWorldOptions(process.argv.slice(2), process.env);
  if ("issues" in parsed) {
    reportIssues(parsed.issues);
    console.error("npm start -- --help lists every option");
    process.exitCode = 2;
  } else if (parsed.command === "help") {
    console.log(startUsage);
  } else if (parsed.command === "env") {
    await printEnv(parsed.dataDirectory);
  } else {
    await start(parsed.options);
  }
}

/** Prints only export lines on standard output, because a shell evaluates them. */
async function printEnv(data: string): Promise<void> {
  const world = await runningWorld(data);
  if (world) console.log(envLines(world).join("\n"));
  else fail([`no world runs on ${data}: start one in another terminal (npm start), with the same --data`]);
}

async function start(options: WorldOptions): Promise<void> {
  const { json, dataDirectory, pairsFile } = options;
  const running = await runningWorld(dataDirectory);
  if (running) {
    fail([
      `a world runs on ${dataDirectory} already (process ${running.pid}): stop it first, or use another --data`,
    ]);
    return;
  }
  const mistakes = pairsFile === undefined ? [] : mistakesOfPairsFile(pairsFile);
  if (mistakes.length > 0) {
    fail(mistakes.map((mistake) => mistake.replace(/^PAIRS_FILE:/, "--pairs:")));
    return;
  }
  const say = (line: string) => {
    if (json) console.error(line);
    else console.log(line);
  };
  const own = pairsFile === undefined ? undefined : readOwnFile(pairsFile);
  const world = await startWorld({ ...options, own, say, watch: json ? undefined : say });
  stopOnSignal(world);
  keepDescription(world.description);
  if (json) console.log(JSON.stringify(world.description));
  else say(introduce(world.description, options, await checkWindows(world.description)));
}

function stopOnSignal(world: World): void {
  const { dataDirectory } = world.description;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      // Work that does not end in time continues at the next start, as after a kill.
      setTimeout(() => process.exit(0), 1_700).unref();
      dropDescription(dataDirectory);
      world.stop().then(
        () => process.exit(0),
        () => process.exit(1),
      );
    });
  }
}

function reportIssues(issues: readonly string[]): void {
  for (const issue of issues) console.error(`error: ${issue}`);
}

function fail(issues: readonly string[]): void {
  reportIssues(issues);
  process.exitCode = 1;
}

main().catch((fault: unknown) => {
  console.error(`error: ${fault instanceof Error ? messagesOf(fault) : String(fault)}`);
  process.exit(1);
});
