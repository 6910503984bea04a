import type { ServiceBusReceivedMessage } from "@azure/service-bus";
import golden from "../../fixtures/golden/service-bus.json";
import { bodyData, triggerMetadata } from "../../../local/functions-host/service-bus-message";
import { scheduleOf } from "../../../local/functions-host/timer-trigger";

/** The message the trace was recorded with (golden: timer-and-service-bus). */
const message = {
  body: Buffer.from('{"a":1,"d":"2024-01-02T03:04:05Z"}'),
  messageId: "6f0e",
  deliveryCount: 0,
  lockToken: "b7ad6b71-6920-3331-0af7-651916cd43dd",
  expiresAtUtc: new Date("2024-11-08T03:02:17.123Z"),
  enqueuedTimeUtc: new Date("2024-10-25T03:02:17.123Z"),
  contentType: "application/json",
  sequenceNumber: { toString: () => "7" },
  subject: "subj",
  correlationId: "corr",
  applicationProperties: golden.applicationProperties,
} as unknown as ServiceBusReceivedMessage;

test("body and trigger metadata are handed over as the recorded host does", () => {
  expect(bodyData(message)).toEqual(golden.input);
  const metadata = Object.fromEntries(
    Object.entries(triggerMetadata(message)).map(([name, data]) => [
      name,
      data.json === undefined ? data : { json: JSON.parse(data.json) },
    ]),
  );
  expect(metadata).toMatchObject(golden.triggerMetadata);
});

test("a payload field overwrites metadata of the same name, whatever its case", () => {
  const metadata = triggerMetadata({ ...message, body: '{"messageid":"mine"}' });
  expect(metadata["MessageId"]).toEqual({ string: "mine" });
});

test("NCRONTAB with six fields and TimeSpans are understood, anything else is refused", () => {
  const at = Date.parse("2026-11-24T12:00:30Z");
  expect(new Date(scheduleOf("0 * * * * *")(at)).toISOString()).toBe("2026-11-24T12:01:00.000Z");
  expect(new Date(scheduleOf("0 30 18 * * 5")(at)).toISOString()).toBe("2026-11-27T18:30:00.000Z");
  expect(scheduleOf("00:05:00")(at) - at).toBe(300_000);
  expect(() => scheduleOf("* * * * *")).toThrow(/six fields/);
});
