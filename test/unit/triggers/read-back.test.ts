import { reason } from "../../../src/domain/kernel/reason-codes";
import { askPairs, NotAcknowledged } from "../../../src/triggers/read-back";
import { createFakePorts } from "../../support/fake-ports";
import { keyOf } from "../../support/observations";

const at = 1;

test("with silent reads, askPairs sends to all pairs and answers within its budget", async () => {
  const ports = createFakePorts();
  const sent = jest.spyOn(ports.pairs, "signal");
  const read = jest.spyOn(ports.pairs, "read").mockImplementation(async () => {
    await ports.clock.sleep(20_000);
    throw new Error("no reply in time");
  });
  const hold = { id: "h-1", at, reason: reason("on-hold", "incident") };
  const asked = Array.from({ length: 300 }, (_, i) => {
    return [keyOf(`p-${i}`), { id: "h-1", operation: { kind: "hold", hold } }] as const;
  });
  const answers = await askPairs("the hold", new Map(asked), ports);
  expect(sent).toHaveBeenCalledTimes(300);
  expect(read.mock.calls.length).toBeLessThan(40);
  expect([...answers.values()].every((answer) => answer instanceof NotAcknowledged)).toBe(true);
});
