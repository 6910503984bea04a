import type { ProgressEvent } from "../../src/domain/promotion/events";
import { type Scenario, startScenario } from "../support/scenario";

/** Holds at every moment of a promotion. */
let scenario: Scenario;
beforeEach(async () => {
  scenario = await startScenario();
});
afterEach(() => scenario.stop());

const hold = (body: object, pair = "shop") => scenario.http("PUT", `holds/${pair}`, body);
const release = (query: string, pair = "shop") => scenario.http("DELETE", `holds/${pair}?${query}`);
const shown = async (id: string) =>
  (await scenario.http("GET", `promotions/${id}`)).body as {
    phase: string;
    waitingFor: { detail: string };
    nextAction: string;
  };

test("a hold during readiness stops the claim until a person releases it", async () => {
  const id = await scenario.request();
  await scenario.advance({ seconds: 60 });
  const reply = await hold({ reason: "incident 7", id: "h-1" });
  expect(reply.body).toMatchObject({
    pairs: [
      { state: "held", effect: expect.stringContaining(`${id} continues to observe and claims nothing`) },
    ],
  });
  await scenario.advance({ seconds: 35 });
  expect((await shown(id)).waitingFor.detail).toContain("the pair is on hold by Olga: incident 7");
  await scenario.advance({ minutes: 8 });
  expect(scenario.puts()).toBe(0);
  expect(await shown(id)).toMatchObject({
    phase: "queued",
    waitingFor: { detail: "the pair is on hold by Olga: incident 7; first in the queue" },
  });
  expect((await release("note=over")).status).toBe(200);
  await scenario.advance({ minutes: 10 });
  expect([scenario.outcomeOf(id), scenario.puts()]).toEqual(["promoted", 1]);
});

test("releasing a hold wakes the promotion: it takes the lease at once", async () => {
  await hold({ reason: "incident", id: "h-1" });
  const id = await scenario.request();
  await scenario.advance({ seconds: 90 });
  expect((await shown(id)).phase).toBe("queued");
  await release("note=over&id=h-1");
  await scenario.app.settle();
  expect((await shown(id)).phase).toBe("awaiting-readiness");
});

test("a hold of all pairs stops each, shows who and why; its id releases it everywhere", async () => {
  expect((await hold({ reason: "the region is down", id: "region" }, "all")).status).toBe(200);
  const pairs = (await scenario.http("GET", "pairs")).body as { value: { name: string; holds: unknown[] }[] };
  expect(pairs.value).toMatchObject([
    { name: "shop", holds: [{ id: "region", by: "Olga", reason: { detail: "the region is down" } }] },
  ]);
  expect(await release("note=back", "all")).toMatchObject({ status: 400 });
  expect(await release("note=back&id=region", "all")).toMatchObject({
    status: 200,
    body: { released: [{ pair: "shop", by: "Olga", note: "back", holds: [{ id: "region" }] }] },
  });
});

test("a hold does not change an open attempt: it is proved and decides the outcome", async () => {
  const id = await scenario.request();
  while (scenario.puts() === 0) await scenario.advance({ seconds: 1 });
  expect((await hold({ reason: "too late" })).body).toMatchObject({
    pairs: [{ effect: expect.stringContaining(`the open attempt of ${id} is settled`) }],
  });
  await scenario.advance({ minutes: 5 });
  expect([scenario.outcomeOf(id), scenario.effects()]).toEqual(["promoted", 1]);
  const next = await scenario.request({ promote: "blue" });
  await scenario.advance({ minutes: 30 });
  expect([scenario.outcomeOf(next), scenario.puts()]).toEqual([undefined, 1]);
});

test("a second release finds no hold, and a repeated hold does not stop the pair again", async () => {
  await hold({ reason: "incident", id: "h-1" });
  expect((await release("note=over")).status).toBe(200);
  expect(await release("note=over")).toMatchObject({ status: 404, body: { code: "no-hold" } });
  expect(await hold({ reason: "incident", id: "h-1" })).toMatchObject({
    status: 409,
    body: { code: "hold-released" },
  });
  const id = await scenario.request();
  await scenario.advance({ minutes: 10 });
  expect(scenario.outcomeOf(id)).toBe("promoted");
});

test("news says who set and who released a hold", async () => {
  await hold({ reason: "incident", id: "h-1" });
  await release("note=over");
  const news = scenario.news.map(({ data }: ProgressEvent) => [data.step, data.holdId, data.detail]);
  expect(news).toEqual([
    ["hold-set", "h-1", "by Olga: incident"],
    ["hold-released", "h-1", "by Olga: over"],
  ]);
});

test("after a hold a lost attempt still counts: one more is allowed, not two", async () => {
  scenario.arm.faults.add({
    method: "PUT",
    url: "",
    skip: 0,
    times: 3,
    answer: { kind: "reset-before" },
  } as never);
  const id = await scenario.request();
  while (((await scenario.pair()).lease?.unknowns ?? 0) === 0) await scenario.advance({ seconds: 20 });
  await hold({ reason: "incident", id: "h-1" });
  await scenario.advance({ minutes: 10 });
  expect((await shown(id)).phase).toBe("queued");
  await release("note=over");
  await scenario.advance({ minutes: 30 });
  expect(scenario.published.at(-1)?.data).toMatchObject({
    outcome: "halted",
    reason: { code: "attempts-exhausted" },
  });
  expect(scenario.puts()).toBe(2);
});
