import type { ServiceBusReceivedMessage } from "@azure/service-bus";
import { bodyData, triggerMetadata } from "../../../local/functions-host/service-bus-message";

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
  applicationProperties: {},
  _rawAmqpMessage: { bodyType: "data" },
} as unknown as ServiceBusReceivedMessage;

test("a message that never expires has the end of time, whatever the SDK says", () => {
  for (const expiresAtUtc of [undefined, new Date("+012024-01-01T00:00:00Z")]) {
    const metadata = triggerMetadata({ ...message, expiresAtUtc });
    expect(metadata["ExpiresAtUtc"]).toEqual({ json: '"9999-12-31T23:59:59.9999999"' });
  }
});

test("a payload field overwrites metadata of the same name, whatever its case", () => {
  const metadata = triggerMetadata({ ...message, body: Buffer.from('{"messageid":"mine"}') });
  expect(metadata["MessageId"]).toEqual({ string: "mine" });
});

test("a binding for binary data gets the exact bytes, and no members as metadata", () => {
  const body = Buffer.from([0xff, ...Buffer.from('{"messageid":"mine"}')]);
  const data = bodyData({ ...message, body }, "binary");
  expect(data).toEqual({ bytes: body });
  expect(triggerMetadata(message, "", data)["a"]).toBeUndefined();
  const value = { ...message, body: "text", _rawAmqpMessage: { bodyType: "value" } };
  expect(() => bodyData(value as unknown as ServiceBusReceivedMessage, "binary")).toThrow(/bound to bytes/);
});
