import type { Dice } from "../world/dice";

/** One fault of a call to Resource Manager, or of several in a row. */
export function armFault(dice: Dice): object {
  const status = (code: number, name: string, retryAfter?: number) => ({
    kind: "status",
    status: code,
    code: name,
    ...(retryAfter === undefined ? {} : { retryAfter }),
  });
  const answers = [
    status(429, "TooManyRequests", dice.between(1, 120)),
    status(429, "TooManyRequests"),
    status(429, "RetryableErrorDueToAnotherOperation", 5),
    status(409, "Conflict"),
    status(500, "InternalServerError"),
    status(503, "ServerBusy", 10),
    status(403, "AuthorizationFailed"),
    { kind: "reset-before" },
    { kind: "reset-after" },
    { kind: "hang" },
  ];
  const onPut = [
    ...answers,
    { kind: "reset-after" },
    { kind: "operation-fails" },
    { kind: "operation-canceled" },
    { kind: "operation-lost" },
    { kind: "no-effect" },
    { kind: "slow", delayMs: dice.between(1_000, 90_000) },
    { kind: "operation", outcome: "never", effect: dice.chance(0.5) },
    { kind: "operation", outcome: "Failed", effect: true, seconds: dice.between(1, 300) },
    { kind: "operation", effectAfter: 0.5, seconds: dice.between(10, 600) },
    {
      kind: "operation",
      answer: dice.pick(["reset", "hang", 500, 503]),
      effectAfter: dice.between(1, 600),
      seconds: 600,
    },
    { kind: "operation", arrivesAfter: dice.between(1, 50), answer: "reset" },
    { kind: "operation", origin: "https://elsewhere.example" },
    { kind: "operation", headers: dice.pick(["none", "location", "azure-asyncoperation"]) },
    { kind: "operation", word: "Frobnicating", outcome: "never", effect: true },
  ];
  const onGet = [
    ...answers,
    { kind: "damaged", how: dice.pick(["truncated", "malformed", "empty", "html"]) },
    {
      kind: "edited",
      remove: [
        dice.pick([
          "slotType",
          "statuses",
          "instanceView",
          "provisioningState",
          "capacity",
          "roleProfile",
          "value",
        ]),
      ],
    },
    { kind: "slow", delayMs: dice.between(1_000, 60_000) },
  ];
  const method = dice.chance(0.7) ? "PUT" : "GET";
  return {
    method,
    skip: method === "PUT" ? 0 : dice.between(0, 10),
    times: dice.pick([1, 1, 1, 2, 5]),
    answer: dice.pick<object>(method === "PUT" ? onPut : onGet),
  };
}
