import type { z } from "zod";
import { parseListQuery } from "../../../src/contracts/commands";
import {
  completionEventSchema,
  notAcceptedEventSchema,
  progressEventSchema,
} from "../../../src/contracts/events";
import type { Outcome, Phase } from "../../../src/domain/kernel/outcome";
import {
  type CompletionEvent,
  eventTypes,
  type NotAcceptedEvent,
  type ProgressEvent,
} from "../../../src/domain/promotion/events";
import type { Same, Wire } from "../../support/wire-types";

test("the published schemas and the domain's event types say the same, which the compiler checks", () => {
  const completion: Same<Wire<z.infer<typeof completionEventSchema>>, Wire<CompletionEvent>> = true;
  const progress: Same<Wire<z.infer<typeof progressEventSchema>>, Wire<ProgressEvent>> = true;
  const notAccepted: Same<Wire<z.infer<typeof notAcceptedEventSchema>>, Wire<NotAcceptedEvent>> = true;
  expect([completion, progress, notAccepted]).toEqual([true, true, true]);
  const types = [completionEventSchema, progressEventSchema, notAcceptedEventSchema].map(
    (schema) => schema.shape.type.value,
  );
  expect(types.sort()).toEqual(Object.values(eventTypes).sort());
});

test("lists can be asked for every phase and every outcome there is, and for no other", () => {
  const phases: Record<Phase, true> = {
    accepted: true,
    planning: true,
    "awaiting-approval": true,
    "awaiting-window": true,
    queued: true,
    "awaiting-readiness": true,
    swapping: true,
    verifying: true,
    soaking: true,
    "rolling-back": true,
    concluded: true,
  };
  const outcomes: Record<Outcome, true> = {
    promoted: true,
    unchanged: true,
    refused: true,
    rejected: true,
    expired: true,
    cancelled: true,
    "rolled-back": true,
    halted: true,
  };
  for (const phase of Object.keys(phases)) expect(parseListQuery({ phase }, []).ok).toBe(true);
  for (const outcome of Object.keys(outcomes)) expect(parseListQuery({ outcome }, []).ok).toBe(true);
  expect(parseListQuery({ phase: "waiting" }, []).ok).toBe(false);
  expect(parseListQuery({ outcome: "done" }, []).ok).toBe(false);
});
