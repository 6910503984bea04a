import { Histories } from "../../../local/durable-engine/histories";
import type { HistoryEvent } from "../../../local/durable-engine/history";
import type { InstanceRecord } from "../../../local/durable-engine/records";

const some = (...names: string[]) =>
  names.map((Name): HistoryEvent => ({ EventType: 4, EventId: -1, IsPlayed: false, Timestamp: "", Name }));
const at = (episodes: number) => ({ id: "a", episodes, status: "Running" }) as unknown as InstanceRecord;

/** Histories over a disk that holds one event, and the instance they belong to. */
function onDisk() {
  const histories = new Histories({ history: () => Promise.resolve(some("disk")) });
  const instances = new Map([["a", at(1)]]);
  const read = async () => (await histories.of("a", instances)).map((event) => event.Name);
  return { histories, instances, read };
}

test("a history that was read from disk is known, and goes on with what is added", async () => {
  const { histories, read } = onDisk();
  await read();
  histories.append(at(1), some("more"));
  expect(await read()).toEqual(["disk", "more"]);
});

test("a history read while its instance went on is not taken for the whole", async () => {
  const { histories, instances, read } = onDisk();
  const reading = read();
  instances.set("a", at(2));
  histories.append(at(1), some("more"));
  await reading;
  histories.append(at(2), some("and more"));
  expect(await read()).toEqual(["disk"]);
});

test("the end of a history whose beginning is not known is no history", async () => {
  const { histories, read } = onDisk();
  histories.append(at(1), some("end"));
  expect(await read()).toEqual(["disk"]);
});
