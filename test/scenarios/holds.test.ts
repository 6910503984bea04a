import type { ProgressEvent } from "../../src/domain/promotion/events";
import { type Scenario, startScenario } from "../support/scenario";

/** Stopping the line by hand, at every moment of a promotion. */
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

test("a hold during readiness: nothing is claimed until a person releases it, then the promotion goes on", async () => {
  const id = await scenario.request();
  await scenario.advance({ seconds: 60 });
  const reply = await hold({ reason: "incident 7", id: "h-1" });
  expect(reply.body).toMatchObject({
    pairs: [{ state: "held", effect: expect.stringContaining(`${id} continues to observe and claims nothing`) }],
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

test("a release wakes who waits: the promotion takes the lease at once, not at its next timer", async () => {
  await hold({ reason: "incident", id: "h-1" });
  const id = await scenario.request();
  await scenario.advance({ seconds: 90 });
  expect((await shown(id)).phase).toBe("queued");
  await release("note=over&id=h-1");
  await scenario.app.settle();
  expect((await shown(id)).phase).toBe("awaiting-readiness");
});

test("a hold of all pairs stops each of them, shows who and why, and is released everywhere by its id", async () => {
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

test("a hold while an attempt is open changes nothing about it: it is proved, and the promotion ends as it does", async () => {
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

test("releasing twice says the second time that nothing stands, and a replay of the hold does not stop the line again", async () => {
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

test("who set and who released a hold is told as news", async () => {
  await hold({ reason: "incident", id: "h-1" });
  await release("note=over");
  const news = scenario.news.map(({ data }: ProgressEvent) => [data.step, data.holdId, data.detail]);
  expect(news).toEqual([
    ["hold-set", "h-1", "by Olga: incident"],
    ["hold-released", "h-1", "by Olga: over"],
  ]);
});

test("a lost attempt counts after a hold too: the lease given back and taken again allows one more, not two", async () => {
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
