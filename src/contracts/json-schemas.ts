import { z } from "zod";
import { completionEventSchema, notAcceptedEventSchema, progressEventSchema } from "./events";
import { swapRequestSchema } from "./swap-request";

/** The published JSON Schemas (draft 2020-12), by file name; committed under docs/schemas. */
export function contractSchemas(): Readonly<Record<string, object>> {
  return {
    "swap-request": publish("swap-request", swapRequestSchema),
    "completion-event": publish("completion-event", completionEventSchema),
    "progress-event": publish("progress-event", progressEventSchema),
    "not-accepted-event": publish("not-accepted-event", notAcceptedEventSchema),
  };
}

/** One schema with its identity. */
export function publish(name: string, schema: z.ZodType): object {
  return { ...z.toJSONSchema(schema, { io: "input" }), $id: `urn:cloud-service-swap:schema:${name}:1` };
}
