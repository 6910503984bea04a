import type { InvocationContext, Timer } from "@azure/functions";
import { completionEventSchema } from "../../../src/contracts/events";
import { reason } from "../../../src/domain/kernel/reason-codes";
import type { CompletionEvent } from "../../../src/domain/promotion/events";
import { changePromotion } from "../../../src/domain/promotion/promotion";
import { isPastRetention, reduced, retainMs } from "../../../src/domain/promotion/retention";
import { acceptRequest, publishOutcome } from "../../../src/triggers/accept";
import { createRetention } from "../../../src/triggers/retention";
import { call } from "../../support/api-call";
import { Crash, createFakePorts, type FakePorts } from "../../support/fake-ports";
import { aPolicy, aRequest, keyOf, SHOP } from "../../support/observations";

const DAY = 86_400_000;
const context = { invocationId: "i" } as unknown as InvocationContext;

const registrationOf = (requestId: string, at: number) => ({
  ...{ requestId, contentHash: `hash ${requestId}`, at, request: aRequest({ requestId }) },
  origin: { channel: "queue" as const },
  pair: { key: SHOP, blueFirst: true },
});

/** A promotion that has ended and was announced, as its run leaves it; or as far as it came. */
async function ended(ports: FakePorts, requestId: string, upTo: "concluded" | "announced" | "left" = "left") {
  const at = ports.clock.now();
  await ports.promotions.startRun(requestId, registrationOf(requestId, at));
  const ending = { outcome: "refused", reason: reason("unknown-pair", "secret words") } as const;
  await ports.promotions.change(requestId, { kind: "conclude", ending, at });
  ports.runs.set(requestId, "completed");
  if (upTo === "concluded") return;
  await ports.promotions.change(requestId, { kind: "announced", at });
  if (upTo === "left") await ports.pairs.signal(SHOP, { kind: "deregister", requestId });
}

const retain = (ports: FakePorts, days = 400) =>
  Promise.resolve(
    createRetention(
      () => ports,
      () => days * DAY,
    )({} as Timer, context),
  );
const later = (ports: FakePorts, days: number) => ports.clock.sleep(days * DAY);
const reducedIn = (ports: FakePorts) =>
  [...ports.record.values()].filter((state) => state.reduced).map(({ requestId }) => requestId);

test("reduces only what is concluded, announced, deregistered, old and not running", async () => {
  const ports = createFakePorts();
  await ended(ports, "live-run");
  ports.runs.set("live-run", "live");
  await ended(ports, "concluded", "concluded");
  await ended(ports, "announced", "announced");
  await ports.promotions.startRun("under-way", registrationOf("under-way", ports.clock.now()));
  await ended(ports, "old");
  await later(ports, 2);
  await ended(ports, "young");
  await later(ports, 399);
  for (let i = 0; i < 3; i++) await retain(ports);
  expect(reducedIn(ports)).toEqual(["old"]);
  expect(ports.runs.has("old")).toBe(false);
  expect(ports.runs.has("young")).toBe(true);
  await later(ports, 3);
  await retain(ports);
  expect(reducedIn(ports)).toEqual(["old", "young"]);
});

test("after a crash at any step, the next walks finish the reduction", async () => {
  const play = async (crashAt: number | undefined) => {
    const ports = createFakePorts();
    for (let i = 0; i < 3; i++) await ended(ports, `r-${i}`);
    await later(ports, 401);
    ports.crashAt = crashAt === undefined ? undefined : ports.effects.length + crashAt;
    await retain(ports).catch((fault: unknown) => {
      if (!(fault instanceof Crash)) throw fault;
    });
    for (let i = 0; i < 3; i++) await retain(ports);
    return { ports, seen: [reducedIn(ports), [...ports.runs], await ports.promotions.readIndex(SHOP, 0)] };
  };
  const calm = await play(undefined);
  expect(calm.seen).toEqual([["r-0", "r-1", "r-2"], [], { v: 1, entries: [] }]);
  for (let at = 0.5; at <= 8; at += 0.5) expect([at, (await play(at)).seen]).toEqual([at, calm.seen]);
});

test("a walk does a bounded part, and empty pages are dropped until the list ends", async () => {
  const ports = createFakePorts();
  for (let i = 0; i < 950; i++) await ended(ports, `r-${i}`);
  await later(ports, 401);
  await ended(ports, "new");
  await retain(ports);
  expect(reducedIn(ports)).toHaveLength(400);
  for (let i = 0; i < 6; i++) await retain(ports);
  expect(reducedIn(ports)).toHaveLength(950);
  const read = jest.spyOn(ports.promotions, "readIndex");
  await retain(ports);
  expect(read.mock.calls.length).toBeLessThan(8);
  read.mockClear();
  const { body } = await call(ports, { route: "listPromotions" });
  expect(body).toEqual({ value: [expect.objectContaining({ id: "new" })] });
  expect(read.mock.calls.length).toBeLessThanOrEqual(2);
});

test("a promotion that cannot be reduced stops neither others nor other pairs", async () => {
  const ports = createFakePorts();
  for (const id of ["a", "bad", "c"]) await ended(ports, id);
  await later(ports, 401);
  const purge = ports.promotions.purgeRuns.bind(ports.promotions);
  jest
    .spyOn(ports.promotions, "purgeRuns")
    .mockImplementation((id, runs) =>
      id === "bad" ? Promise.reject(new Error("storage")) : purge(id, runs),
    );
  await retain(ports);
  await retain(ports);
  expect(reducedIn(ports)).toEqual(["a", "c"]);
});

test("a pair that left the file is reduced after its retention, and then forgotten", async () => {
  const ports = createFakePorts();
  const till = aPolicy({ name: "till" });
  for (let i = 0; i < 130; i++) await ended(ports, `r-${i}`);
  const note = (idle: (typeof SHOP)[] = []) =>
    ports.pairs.noteRoster({
      inFile: ports.policies.all().map(({ key }) => key),
      idle,
      at: ports.clock.now(),
    });
  await note();
  ports.pairsFile = [till];
  await note();
  await later(ports, 2);
  await note([SHOP]);
  const listed = async () =>
    ((await call(ports, { route: "listPromotions", query: "top=100" })).body["value"] as unknown[]).length;
  await retain(ports);
  expect([reducedIn(ports), await listed()]).toEqual([[], 100]);
  await later(ports, 401);
  for (let i = 0; i < 4; i++) await retain(ports);
  expect([reducedIn(ports).length, await listed()]).toEqual([130, 0]);
  expect((await ports.pairs.readRoster())?.pairs).toEqual([{ key: keyOf("till") }]);
});

test("retention does not forget a pair that left the file with a promotion under way", async () => {
  const ports = createFakePorts();
  await ports.promotions.startRun("under-way", registrationOf("under-way", ports.clock.now()));
  await ports.pairs.noteRoster({ inFile: [SHOP], at: 0 });
  ports.pairsFile = [];
  await ports.pairs.noteRoster({ inFile: [], at: 0 });
  await ports.pairs.noteRoster({ inFile: [], idle: [SHOP], at: 2 * DAY });
  await later(ports, 900);
  for (let i = 0; i < 3; i++) await retain(ports);
  expect((await ports.pairs.readRoster())?.pairs).toMatchObject([{ key: SHOP, quiet: true }]);
});

test("with silent storage, a walk over many pairs ends within its budget and one read", async () => {
  const ports = createFakePorts(Array.from({ length: 30 }, (_, i) => aPolicy({ name: `p-${i}` })));
  const read = jest.spyOn(ports.pairs, "read").mockImplementation(async () => {
    await ports.clock.sleep(20_000);
    throw new Error("no reply in time");
  });
  await retain(ports);
  expect(read).toHaveBeenCalledTimes(3);
});

test("a pair that left the file is kept for the longest retention, at least 400 days", () => {
  const days = (said: Record<string, number>, pair?: string) =>
    retainMs(new Map(Object.entries(said).map(([name, n]) => [name, n * DAY])), pair) / DAY;
  expect([days({}), days({ a: 30 }), days({ a: 30, b: 730 })]).toEqual([400, 400, 730]);
  expect([days({ a: 30 }, "a"), days({ a: 730 }, "b")]).toEqual([30, 400]);
});

test("with an unreadable roster, the walk covers the pairs of the file", async () => {
  const ports = createFakePorts();
  await ended(ports, "r-1");
  await later(ports, 401);
  jest.spyOn(ports.pairs, "readRoster").mockRejectedValue(new Error("storage"));
  await retain(ports);
  expect(reducedIn(ports)).toEqual(["r-1"]);
});

test("a duplicate from the queue gets the event again, without what users wrote", async () => {
  const ports = createFakePorts();
  await ended(ports, "r-1");
  const { conclusion } = ports.record.get("r-1")!;
  const first = JSON.parse(conclusion!.event) as CompletionEvent;
  await later(ports, 401);
  await retain(ports);
  expect(reducedIn(ports)).toEqual(["r-1"]);
  const accepted = await acceptRequest(registrationOf("r-1", ports.clock.now()), ports);
  if (accepted.kind !== "concluded") throw new Error(accepted.kind);
  const { state } = accepted;
  await publishOutcome(state, ports);
  const described = completionEventSchema.parse(JSON.parse(ports.published.at(-1)!));
  const brief = ({ id, type, subject, time, data }: CompletionEvent) => {
    const { requestId, pair, outcome, requestedBy, requestReason } = data;
    return {
      ...{ id, type, subject, time, requestId, pair, outcome, requestedBy },
      requestReason,
      code: data.reason.code,
    };
  };
  expect(brief(described as CompletionEvent)).toEqual(brief(first));
  expect(JSON.stringify(described)).not.toContain("secret words");
  const other = { ...registrationOf("r-1", 1), contentHash: "other" };
  expect((await acceptRequest(other, ports)).kind).toBe("conflict");
});

test("an entry is reduced once, only after it is announced, and keeps no user text", async () => {
  const ports = createFakePorts();
  await ended(ports, "c", "concluded");
  await ended(ports, "a", "announced");
  const [concluded, announced] = [ports.record.get("c")!, ports.record.get("a")!];
  expect(changePromotion(concluded, { kind: "reduce" })).toBe(concluded);
  expect(isPastRetention(concluded, Infinity)).toBe(false);
  const once = changePromotion(announced, { kind: "reduce" });
  expect(once.revision).toBe(announced.revision + 1);
  expect([changePromotion(once, { kind: "reduce" }), reduced(once)]).toEqual([once, once]);
  for (const words of ["secret words", announced.request.reason, announced.request.requestedBy])
    expect(JSON.stringify(once)).not.toContain(JSON.stringify(words));
  expect(once).toMatchObject({ contentHash: "hash a", conclusion: { outcome: "refused" } });
});
