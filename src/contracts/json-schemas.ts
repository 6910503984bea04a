import { z } from "zod";
import { completionEventSchema, notAcceptedEventSchema, progressEventSchema } from "./events";
import { problem, replies } from "./replies";
import { swapRequestSchema } from "./swap-request";

/** The published JSON Schemas (draft 2020-12), by file name; committed under docs/schemas. */
export function contractSchemas(): Readonly<Record<string, object>> {
  return {
    "swap-request": publish("swap-request", swapRequestSchema, "A swap request"),
    "completion-event": publishOpen("completion-event", completionEventSchema, "The outcome of a promotion"),
    "progress-event": publishOpen("progress-event", progressEventSchema, "News of one step of a promotion"),
    "not-accepted-event": publishOpen(
      "not-accepted-event",
      notAcceptedEventSchema,
      "The answer to a message that never becomes a promotion",
    ),
    replies: publishOpen(
      "replies",
      z.strictObject({ ...replies, problem }),
      "The JSON body of each reply of the HTTP API, by the name of its route, and of every error",
    ),
  };
}

/** A schema of what we send: it allows fields that a later version adds. */
function publishOpen(name: string, schema: z.ZodType, title: string): object {
  const open = z.toJSONSchema(schema, {
    override: ({ jsonSchema }) => {
      delete jsonSchema.additionalProperties;
    },
  });
  return { ...open, $id: `urn:cloud-service-swap:schema:${name}:1`, title };
}

/** One schema with its identity. */
export function publish(name: string, schema: z.ZodType, title: string): object {
  return {
    ...z.toJSONSchema(schema, { io: "input" }),
    $id: `urn:cloud-service-swap:schema:${name}:1`,
    title,
  };
}
