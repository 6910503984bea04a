import { calmChances, type UserAction, type WorldPlan } from "../plans/world-plan";
import { plainScript, switchScript } from "./peer-scripts";
import { playPeer } from "./peers";

const request: UserAction = {
  at: 0,
  kind: "request",
  request: "r1",
  pair: "shop",
  promote: "green",
  channel: "queue",
  copies: 1,
  every: 0,
  otherContent: false,
};

const world = (userActions: readonly UserAction[]): WorldPlan => ({
  seed: 1,
  pairs: ["shop"],
  hosts: 1,
  stableForMs: 60_000,
  readinessDeadlineMs: 720_000,
  operationSeconds: 2,
  repeatedPut: "toggle",
  skewMs: 0,
  chances: calmChances,
  calmAfterMs: 0,
  userActions,
});

const onPut = (answer: object): UserAction => ({
  at: 0,
  kind: "arm-fault",
  fault: { method: "PUT", answer },
});

test.each([plainScript, switchScript])(
  "$title swaps once, and reports it, without faults",
  async (script) => {
    const story = await playPeer(world([request]), script);

    expect(story.swaps).toEqual([{ request: "r1", unready: false }]);
    expect([...story.answered]).toEqual(["r1"]);
    expect([...story.wronglyPromoted]).toEqual([]);
  },
);

test.each([plainScript, switchScript])("$title rolls back when its message is repeated", async (script) => {
  const story = await playPeer(world([{ ...request, copies: 2, every: 60_000 }]), script);

  expect(story.swaps).toHaveLength(2);
  expect([...story.wronglyPromoted]).toEqual(["r1"]);
});

test("after a lost reply the SDK repeats the plain script's PUT, and that rolls back", async () => {
  const plan = { ...world([request, onPut({ kind: "reset-after" })]), operationSeconds: 0.1 };

  const story = await playPeer(plan, plainScript);

  expect(story.swaps).toHaveLength(2);
  expect([...story.wronglyPromoted]).toEqual(["r1"]);
});

test("the plain script waits forever for a missing reply: its request is lost", async () => {
  const story = await playPeer(world([request, onPut({ kind: "hang" })]), plainScript);

  expect([...story.answered]).toEqual([]);
});

test("the published cmdlet hides a failed operation, and swaps with a busy instance", async () => {
  const busy: UserAction = {
    at: 0,
    kind: "service-fault",
    serviceFault: { kind: "state", service: "shop-green", state: "RoleStateBusy", seconds: 300 },
  };

  const failed = await playPeer(world([request, onPut({ kind: "operation-fails" })]), switchScript);
  const unready = await playPeer(world([busy, request]), switchScript);

  expect([...failed.wronglyPromoted]).toEqual(["r1"]);
  expect(unready.swaps).toEqual([{ request: "r1", unready: true }]);
});

test("a worker that dies restarts its script without memory", async () => {
  const kill: UserAction = { at: 5_000, kind: "kill", downMs: 5_000 };

  const story = await playPeer(world([request, kill]), switchScript);

  expect(story.swaps).toHaveLength(2);
  expect([...story.answered]).toEqual(["r1"]);
});
