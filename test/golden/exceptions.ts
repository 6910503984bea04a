/** What is recorded and not replayed, by file (and scenario or `seq`), each with its reason. */
export const refused: Readonly<Record<string, string>> = {
  "scenarios/call-http": "durable HTTP is refused: HTTP belongs into an activity",
  "scenarios/http-202": "durable HTTP is refused",
  "scenarios/http-404": "durable HTTP is refused",
  "scenarios/http-post": "durable HTTP is refused",
  "scenarios/http-refused": "durable HTTP is refused",
  "management.json/60": "rewind is refused (501)",
  "management.json/61": "the history of a rewound instance",
};

/** What is compared without the order in which the real host happened to meet it, and why. */
export const unordered: Readonly<Record<string, string>> = {
  "scenarios/all-fail": "its two quick results arrived in the other order",
  "scenarios/entity": "its signal and first call reached the entity in two batches, here in one",
  "scenarios/fanout": "its three results arrived in one batch; here each starts an episode",
  "scenarios/retry-all": "its parallel results and timers were batched differently",
  "scenarios/entity-many": "its three calls reached the entity in two batches, here in one",
};
