import type { z } from "zod";
import {
  completionEventSchema,
  notAcceptedEventSchema,
  progressEventSchema,
} from "../../../src/contracts/events";
import {
  type CompletionEvent,
  eventTypes,
  type NotAcceptedEvent,
  type ProgressEvent,
} from "../../../src/domain/promotion/events";
import type { Same, Wire } from "../../support/wire-types";

test("the compiler compares the published schemas with the domain's event types", () => {
  const completion: Same<Wire<z.infer<typeof completionEventSchema>>, Wire<CompletionEvent>> = true;
  const progress: Same<Wire<z.infer<typeof progressEventSchema>>, Wire<ProgressEvent>> = true;
  const notAccepted: Same<Wire<z.infer<typeof notAcceptedEventSchema>>, Wire<NotAcceptedEvent>> = true;
  expect([completion, progress, notAccepted]).toEqual([true, true, true]);
  const types = [completionEventSchema, progressEventSchema, notAcceptedEventSchema].map(
    (schema) => schema.shape.type.value,
  );
  expect(types.sort()).toEqual(Object.values(eventTypes).sort());
});
