/** Recordings that are not replayed, by file (and scenario or `seq`), each with its reason. */
export const refused: Readonly<Record<string, string>> = {
  "scenarios/call-http": "durable HTTP is refused: HTTP belongs into an activity",
  "scenarios/http-202": "durable HTTP is refused",
  "scenarios/http-404": "durable HTTP is refused",
  "scenarios/http-post": "durable HTTP is refused",
  "scenarios/http-refused": "durable HTTP is refused",
  "management.json/60": "rewind is refused (501)",
  "management.json/61": "the history of a rewound instance",
};

/** Compared without batches: operations sent at once reached the real entity in two batches. */
export const otherBatches: Readonly<Record<string, string>> = {
  "scenarios/entity": "a signal and a call sent at once; the orchestrator's side is compared whole",
  "scenarios/entity-many": "three calls sent at once, so their replies come at once too: events as a set",
};
