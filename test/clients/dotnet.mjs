// Runs the real .NET client of Service Bus against the embedded broker. Prints one line per claim of test/clients/dotnet.
// usage: npm run test:dotnet [-- <a word of the claims to run>]
// Needs a .NET SDK 10 or newer and NuGet; passes with a note if there is no SDK. Writes only below
// node_modules/.cache/dotnet and in the temporary folder.
import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");
const project = join(here, "dotnet");
const cache = join(root, "node_modules/.cache/dotnet");
const { startServiceBus } = createRequire(import.meta.url)(join(root, "dist/local/service-bus"));

const env = {
  ...process.env,
  DOTNET_CLI_HOME: join(cache, "home"),
  DOTNET_CLI_TELEMETRY_OPTOUT: "1",
  DOTNET_GENERATE_ASPNET_CERTIFICATE: "false",
  DOTNET_NOLOGO: "1",
  NUGET_HTTP_CACHE_PATH: join(cache, "http"),
  NUGET_PACKAGES: join(cache, "packages"),
  NUGET_PLUGINS_CACHE_PATH: join(cache, "plugins"),
};

/** Whether an SDK can build the project. */
function hasSdk() {
  const { status, stdout } = spawnSync("dotnet", ["--list-sdks"], { env, encoding: "utf8" });
  return status === 0 && stdout.split("\n").some((line) => parseInt(line, 10) >= 10);
}

/** Builds the program without leaving a build server running. Returns the path of the program. */
function build() {
  const artifacts = join(cache, "artifacts");
  const args = ["build", project, "--artifacts-path", artifacts, "--configuration", "Release", "-v", "quiet"];
  const noServers = ["-nodeReuse:false", "-p:UseSharedCompilation=false"];
  const { status } = spawnSync("dotnet", [...args, ...noServers], {
    env,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (status !== 0) throw new Error("the .NET program could not be built");
  return join(artifacts, "bin/clients/release/clients.dll");
}

async function main() {
  if (!hasSdk()) {
    console.log("!".repeat(80));
    console.log("NOT TESTED: there is no .NET SDK 10 here, so no .NET client was held against the broker.");
    console.log("!".repeat(80));
    console.log("0 passed, 0 failed");
    return 0;
  }
  const program = build();
  const topology = JSON.parse(readFileSync(join(project, "topology.json"), "utf8"));
  const server = await startServiceBus({
    topology,
    log: ({ message }) => console.log(`      broker: ${message}`),
  });
  try {
    const child = spawn("dotnet", [program, ...process.argv.slice(2)], {
      env: { ...env, SERVICE_BUS: server.connectionString },
      stdio: ["ignore", "inherit", "inherit"],
    });
    const limit = setTimeout(() => child.kill("SIGKILL"), 120_000);
    const code = await new Promise((resolve) => child.once("exit", resolve));
    clearTimeout(limit);
    if (code === null) console.log("the .NET program did not end in time\n0 passed, 1 failed");
    return code === 0 ? 0 : 1;
  } finally {
    await server.stop();
  }
}

process.exitCode = await main();
