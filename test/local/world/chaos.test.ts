import { spawn } from "node:child_process";
import { join } from "node:path";

const script = join(__dirname, "../../../dist/local/world/chaos.js");

async function runChaos(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [script, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const code = await new Promise<number>((resolve) => child.once("close", resolve));
  return { code, stdout, stderr };
}

jest.setTimeout(240_000);

test("every request ends once although app and Resource Manager are killed", async () => {
  const { code, stdout, stderr } = await runChaos("--kills", "2", "--seed", "711", "--json");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const described = JSON.parse(stdout) as Record<string, number>;
  expect(described).toMatchObject({ seed: 711, kills: 2, mostSwapsPerRequest: 1, lost: 0, violations: 0 });
  expect(described["completionEventIds"]).toBe(described["requests"]);
});

test("reports all wrong options together, with exit code 2", async () => {
  const { code, stdout, stderr } = await runChaos("--kills", "0", "--seed", "x1");
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(/--kills: a whole number from 1[\s\S]*--seed: a whole number from 0[\s\S]*Usage:/);
  expect((await runChaos("--kill", "3")).stderr).toMatch(/Unknown option '--kill'[\s\S]*Usage:/);
});
