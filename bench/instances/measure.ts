import { Dice } from "../../test/simulation/world/dice";
import type { SimulatedHost } from "../../test/simulation/world/host";
import { pairKeyIn } from "../../test/simulation/world/pair-ids";
import { START } from "../../test/simulation/world/start";
import { Installation, type Layout, type Traffic } from "./installation";

/** How long nobody asks for anything before each measurement, and up to how much longer, so that polls fall anywhere. */
const QUIET_MS = 20_000;
const PHASE_MS = 10_000;

/** At which instance people ask: at one that serves HTTP and owns the partition, or at one that does not. */
export type Asked = "the owner" | "another one" | "any";

/** Times in ms, one of each per promotion, and what the first promotion put through the hub. */
export interface Measurements {
  readonly post: readonly number[];
  readonly hold: readonly number[];
  readonly voteToPut: readonly number[];
  readonly readyToPut: readonly number[];
  readonly whole: readonly number[];
  readonly traffic: Traffic;
}

/** Plays so many calm promotions, votes and holds, each after a time of quiet. */
export async function measure(layout: Layout, asked: Asked, n: number, seed: number): Promise<Measurements> {
  const app = new Installation(layout, seed);
  const dice = new Dice(seed).fork("phases");
  await app.open();
  const quiet = () => app.pass(QUIET_MS + dice.between(0, PHASE_MS));
  const times = { post: [], hold: [], voteToPut: [], readyToPut: [], whole: [] } as Record<
    "post" | "hold" | "voteToPut" | "readyToPut" | "whole",
    number[]
  >;
  let traffic: Traffic | undefined;
  for (let i = 0; i < n; i++) {
    await quiet();
    app.takeTraffic();
    const promoted = await promote(app, asked, i);
    traffic ??= app.takeTraffic();
    times.post.push(promoted.post);
    times.readyToPut.push(promoted.readyToPut);
    times.whole.push(promoted.whole);
    await quiet();
    times.hold.push(await hold(app, asked, i));
    times.voteToPut.push(await vote(app, asked, i, quiet));
  }
  app.close();
  if (!traffic) throw new Error("nothing was measured");
  return { ...times, traffic };
}

/** One calm promotion of `shop`: how long its steps took, ms. */
export async function promote(app: Installation, asked: Asked, i: number) {
  const requestId = `calm-${i}`;
  const began = app.clock.now();
  const { ms: post } = await request(app, asked, { requestId, pair: "shop", promote: sideOf(i) });
  await app.until(() => app.record(requestId)?.announcedAt !== undefined);
  const outcome = app.record(requestId)?.conclusion?.outcome;
  if (outcome !== "promoted") throw new Error(`${requestId} ended as ${outcome ?? "nothing"}`);
  const whole = app.clock.now() - began;
  const put = putOf(app, requestId);
  const checks = app.timeline.of("listed").filter((e) => e.activity === "checkRoleState" && e.n < put.n);
  return { post, whole, readyToPut: put.at - (checks.at(-1)?.at ?? NaN) };
}

async function vote(app: Installation, asked: Asked, i: number, quiet: () => Promise<void>): Promise<number> {
  const requestId = `voted-${i}`;
  await request(app, asked, { requestId, pair: "voted", promote: sideOf(i) });
  await app.until(() => app.record(requestId)?.waiting?.kind === "gate");
  await quiet();
  const planHash = app.record(requestId)?.gate?.planHash;
  const body = { decision: "approve", planHash, comment: "bench" };
  const path = `promotions/${requestId}/approvals`;
  const sent = app.clock.now();
  const ballot = { method: "POST", path, params: { id: requestId }, body };
  await app.call(hostFor(app, asked, requestId), "postApproval", ballot, "Swap.Approve|somebody-else|person");
  await app.until(() => app.record(requestId)?.announcedAt !== undefined);
  return putOf(app, requestId).at - (sent - START);
}

async function hold(app: Installation, asked: Asked, i: number): Promise<number> {
  const host = hostFor(app, asked, `@pair@${pairKeyIn("shop")}`);
  const about = { path: "holds/shop", params: { pair: "shop" } };
  const set = { ...about, method: "PUT", body: { id: `hold-${i}`, reason: "bench" } };
  const { ms } = await app.call(host, "putHold", set, ["Swap.Operate"]);
  await app.call(host, "deleteHold", { ...about, method: "DELETE", body: { note: "bench" } }, [
    "Swap.Operate",
  ]);
  return ms;
}

function request(
  app: Installation,
  asked: Asked,
  about: { readonly requestId: string; readonly pair: string; readonly promote: string },
) {
  const call = { method: "POST", path: "promotions", body: { ...about, reason: "bench" } };
  return app.call(hostFor(app, asked, about.requestId), "postPromotion", call, ["Swap.Request"]);
}

function hostFor(app: Installation, asked: Asked, key: string): SimulatedHost {
  const fronts = app.hosts.filter(({ seat }) => seat.servesTriggers);
  const id = key.startsWith("@") ? key : `promotion-${key}`;
  const fitting = fronts.find((host) => asked === "any" || app.isOwner(host, id) === (asked === "the owner"));
  if (!fitting) throw new Error(`no instance is ${asked} of ${id}`);
  return fitting;
}

function putOf(app: Installation, requestId: string) {
  const put = app.timeline.of("put").find((e) => e.request === requestId);
  if (!put) throw new Error(`${requestId} sent no PUT`);
  return put;
}

const sideOf = (i: number) => (i % 2 === 0 ? "green" : "blue");
