import calm from "../../local/world/scenarios/calm.json";
import type { ObservedInvocation } from "../support/durable-app";
import { startScenario, type Scenario } from "../support/scenario";

/** How a swap's operation is followed. For its addresses see `operation-addresses.test.ts`. */
let scenario: Scenario;
let seen: ObservedInvocation[] = [];
afterEach(() => scenario.stop());

async function facing(operationUrls: object, answer: object): Promise<string> {
  seen = [];
  scenario = await startScenario({
    scenario: { ...calm, swap: { operationUrls } },
    durable: { observe: (call) => seen.push(call) },
  });
  scenario.arm.faults.add({ method: "PUT", url: "", skip: 0, times: 1, answer } as never);
  return scenario.request();
}
const failing = (seconds: number) => ({
  ...{ kind: "operation", outcome: "Failed", code: "VipSwapFailed", message: "no capacity", seconds },
});
const endOf = (id: string) => scenario.published.find((event) => event.data.requestId === id)?.data;
const polls = () => scenario.arm.journal.entries.filter(({ url }) => /\/operation(s|Results)\//.test(url));

test("exchanged slots prove nothing while the operation runs", async () => {
  const id = await facing({ characters: 6_144 }, { kind: "operation", seconds: 120, effectAfter: 20 });
  while (scenario.puts() === 0) await scenario.advance({ seconds: 1 });
  await scenario.advance({ seconds: 100 });
  expect(scenario.effects()).toBe(1);
  expect(await scenario.promotion(id)).toMatchObject({ phase: "swapping", waiting: { kind: "settlement" } });
  await scenario.advance({ minutes: 2 });
  expect(scenario.outcomeOf(id)).toBe("promoted");
});

test("a run that takes over finds the operation by the attempt's nonce", async () => {
  const id = await facing({ expiresAfterPolls: 1 }, failing(200));
  while (polls().length < 3) await scenario.advance({ seconds: 1 });
  await scenario.app.call("POST", `instances/promotion-${id}/terminate?reason=oops`);
  await scenario.advance({ minutes: 15 });
  expect(endOf(id)).toMatchObject({ outcome: "halted", reason: { code: "operation-failed" } });
  expect(scenario.puts()).toBe(1);
});

test("an address too long to keep is a finding; reads of both services decide", async () => {
  const id = await facing({ headers: "both", characters: 13_000 }, { kind: "operation" });
  await scenario.advance({ minutes: 10 });
  expect(scenario.outcomeOf(id)).toBe("promoted");
  const [attempt] = (await scenario.promotion(id)).attempts;
  expect(attempt?.verdict.kind).toBe("accepted");
  expect(attempt?.verdict.detail).toMatch(
    /^the operation's URL has 13,000 characters, more than 12,288, and/,
  );
  expect(polls()).toEqual([]);
});

test("no history, event, log, reply or pair has the signature of an operation address", async () => {
  const id = await facing({ characters: 3_200 }, { kind: "operation", seconds: 45 });
  await scenario.advance({ minutes: 10 });
  expect(scenario.outcomeOf(id)).toBe("promoted");
  const urls = polls().map(({ url }) => new URL(url, "http://x").searchParams.get("s") ?? "");
  expect(urls.every((signature) => signature.length > 100)).toBe(true);
  expect(new Set(urls).size).toBe(urls.length);
  const histories = seen.filter((call) => ["promote", "wait"].includes(call.function));
  const { body } = await scenario.http("GET", `promotions/${id}`, undefined, ["Swap.Read"]);
  const described = JSON.stringify([
    histories,
    body,
    scenario.published,
    scenario.news,
    scenario.logged,
    await scenario.pair(),
  ]);
  for (const signature of urls) expect(described).not.toContain(signature.slice(0, 40));
});
