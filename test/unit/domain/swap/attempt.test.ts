import {
  type AttemptResult,
  type AttemptVerdict,
  outcomeKinds,
  outcomeOf,
  shortOutcome,
  describeVerdict,
} from "../../../../src/domain/swap/attempt";

const attempted = (verdict: AttemptVerdict): AttemptResult => ({ kind: "attempted", nonce: "n", verdict });
const described = (result: AttemptResult) => shortOutcome(outcomeOf(result));
const correlationId = "c-1";

test.each<[AttemptResult, object, string]>([
  [
    attempted({ kind: "accepted", status: 202, correlationId, followed: true, retryAfterMs: 5 }),
    { kind: "accepted", httpStatus: 202, correlationId },
    "accepted (HTTP 202)",
  ],
  [
    attempted({ kind: "declined", status: 403, code: "AuthorizationFailed", detail: "no", correlationId }),
    { kind: "declined", code: "AuthorizationFailed", httpStatus: 403, detail: "no", correlationId },
    "declined AuthorizationFailed: no (HTTP 403)",
  ],
  [
    attempted({ kind: "declined", status: 500, code: "", detail: "HTTP 500" }),
    { kind: "declined", httpStatus: 500, detail: "HTTP 500" },
    "declined: HTTP 500",
  ],
  [
    attempted({ kind: "busy", code: "OperationNotAllowed", detail: "" }),
    { kind: "busy", code: "OperationNotAllowed" },
    "busy OperationNotAllowed",
  ],
  [
    attempted({ kind: "not-ready", detail: "green is not ready", retryAfterMs: 5 }),
    { kind: "not-ready", detail: "green is not ready" },
    "not-ready: green is not ready",
  ],
  [
    { kind: "claim-refused", code: "on-hold", detail: "held" },
    { kind: "claim-refused", code: "on-hold" },
    "claim-refused on-hold",
  ],
  [{ kind: "claim-unseen", nonce: "n" }, { kind: "claim-unseen" }, "claim-unseen"],
  [{ kind: "claimed-elsewhere", nonce: "n" }, { kind: "claimed-elsewhere" }, "claimed-elsewhere"],
])("machines read %j as %j, and people as %s", (result, outcome, text) => {
  expect(described(result)).toEqual(outcome);
  expect(describeVerdict(described(result))).toBe(text);
  expect(outcomeKinds).toContain(described(result).kind);
});

test("no address of an operation is shown, whatever a verdict has", () => {
  const operation = { url: "https://example.invalid/?t=secret", style: "location" };
  const verdict = { kind: "accepted", status: 202, operation } as unknown as AttemptVerdict;
  expect(JSON.stringify(described(attempted(verdict)))).not.toContain("secret");
});
