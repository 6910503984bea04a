import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

const built = join(__dirname, "../../../dist/local/world/run-command.js");

/** More than a pipe holds, so that most of it is still unread when the command ends. */
const LENGTH = 5_000_000;

function run(body: string): Promise<{ code: number | null; printed: number }> {
  if (!existsSync(built)) throw new Error("build first: npm run build");
  const script = `require(${JSON.stringify(built)}).runCommand(async () => { ${body} }); setInterval(() => {}, 1000)`;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "ignore"] });
    let printed = 0;
    child.stdout.on("data", (part: Buffer) => (printed += part.length));
    child.on("error", reject).on("close", (code) => {
      resolve({ code, printed });
    });
  });
}

test.each([
  ["a successful command", "", 0],
  ["a command with findings", "process.exitCode = 3;", 3],
  ["a failed command", "throw new Error('broken');", 1],
])("%s ends only after everything it printed was read", async (_, end, code) => {
  const print = `process.stdout.write("x".repeat(${LENGTH}));`;

  await expect(run(`${print} ${end}`)).resolves.toEqual({ code, printed: LENGTH });
});
