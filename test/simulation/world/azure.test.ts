import { createVirtualClock } from "../../support/virtual-clock";
import { referenceWorlds } from "../plans/reference-worlds";
import { Azure } from "./azure";
import { openClients } from "./clients";
import type { SimulatedHost } from "./host";
import { START } from "./start";
import { Timeline } from "./timeline";

test("a slot found only at its own address counts as read (small world 71000201)", async () => {
  await openClients();
  const clock = createVirtualClock(START);
  const timeline = new Timeline(() => clock.now() - START);
  const azure = new Azure(referenceWorlds["immediate"]!, clock, timeline);
  const host = {
    id: "h0",
    now: () => clock.now(),
    gate: <T>(work: () => Promise<T>) => work(),
    pass: () => Promise.resolve(),
  } as unknown as SimulatedHost;
  const answer = { kind: "edited", remove: ["slotType"] };
  azure.disturb({ at: 0, kind: "arm-fault", fault: { method: "GET", url: "shop-green?", times: 1, answer } });
  const services = azure.reachedFrom(0, host, () => false);
  const read = await services.readService(azure.serviceId("shop", "green"), "version");
  expect(read).toMatchObject({ kind: "found", value: { slot: "staging" } });
  expect(timeline.of("read").map(({ side, slot }) => `${side}: ${slot}`)).toEqual([
    ...["green: none", "green: Staging"],
  ]);
  azure.simulator.close();
});
