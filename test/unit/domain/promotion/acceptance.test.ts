import { codes, reason } from "../../../../src/domain/kernel/reason-codes";
import { emptyPair, type PairState } from "../../../../src/domain/pair/pair";
import type { DeploymentWindow } from "../../../../src/domain/policy/deployment-window";
import { defaultPolicy } from "../../../../src/domain/policy/policy";
import {
  decideAcceptance,
  type Standing,
  stillToDo,
  whyRefused,
} from "../../../../src/domain/promotion/acceptance";
import { changePromotion, register } from "../../../../src/domain/promotion/promotion";
import { aPolicy, aRequest, NOW } from "../../../support/observations";

/** What stands between a plan and its swap. */
const approval = { quorum: 2, deadlineMs: 20 * 60_000, validForMs: 60 * 60_000 };
const person = { channel: "http", principal: { oid: "o-1", name: "Ada" } } as const;
const open: DeploymentWindow = { open: true };
const at = (over: Partial<Standing> = {}) =>
  stillToDo({
    policy: aPolicy(),
    request: aRequest(),
    origin: person,
    pair: emptyPair,
    window: open,
    now: NOW,
    ...over,
  });
const pair = (over: Partial<PairState>): Partial<Standing> => ({ pair: { ...emptyPair, ...over } });
const steps = (over: Partial<Standing>) =>
  at(over).map(({ what, detail, code }) => (code ? [what, detail, code] : [what, detail]));
const ready = ["readiness", "every role instance of both services runs without a break for 120 s"];
const lease = { holder: "r-0", epoch: 1, since: NOW, closed: 0, unknowns: 0 };

test("without obstacles only readiness is waited for, as long as the request asks", () => {
  expect(steps({})).toEqual([ready]);
  const request = aRequest({ readiness: { stableForMs: 300_000 } });
  expect(steps({ request })[0]?.[1]).toContain("for 300 s");
});

test("approvals are counted for this caller: requesters and applications differ", () => {
  const policy = aPolicy({ approval: { ...approval, quorum: 1 } });
  expect(steps({ policy })).toEqual([
    ["approval", "1 approval by everybody with Swap.Approve, within 20 min of being asked"],
    ready,
  ]);
  const application = { channel: "http", principal: { ...person.principal, application: true } } as const;
  expect(steps({ policy, origin: application })[0]?.[1]).toContain("2 approvals by");
  expect(steps({ request: aRequest({ approval: { quorum: 3 } }) })[0]?.[1]).toContain("3 approvals by");
  const alone = aPolicy({ approval: { ...approval, quorum: 1, people: ["o-1"] } });
  expect(at({ policy: alone })[0]).toMatchObject({
    ...{ what: "approval", code: "approval-impossible", remedy: codes["approval-impossible"].remedy },
  });
});

test("holds, a closed window and the queue are reported, each with its remedy", () => {
  const hold = { id: "h-1", at: NOW, reason: reason("on-hold", "incident 7"), by: "Olga" };
  const closed: DeploymentWindow = {
    open: false,
    reasons: [{ code: "outside-window", detail: "weekdays only" }],
    nextOpensAt: NOW + 60_000,
  };
  const line = [{ requestId: "r-1", since: NOW }];
  expect(at({ ...pair({ holds: [hold], lease, queue: line }), window: closed })).toEqual([
    { what: "window", detail: expect.stringMatching(/^opens 2026-.*outside-window \(weekdays only\)$/) },
    {
      what: "hold",
      detail: "the pair is on hold by Olga: incident 7",
      code: "on-hold",
      remedy: codes["on-hold"].remedy,
    },
    { what: "queue", detail: "r-0, r-1 go first" },
    expect.objectContaining({ what: "readiness" }),
  ]);
});

test.each([
  ["request-expired", aRequest({ expiresAt: NOW })],
  ["too-far-ahead", aRequest({ notBefore: NOW + 91 * 86_400_000 })],
  ["too-far-ahead", aRequest({ expiresAt: NOW + 91 * 86_400_000 })],
  ["reserved-id", aRequest({ requestId: "schedule-shop-20261124T123000Z" })],
] as const)("what acceptance would refuse as %s is reported first, with the same text", (code, request) => {
  const refusal = whyRefused({ request, origin: person }, aPolicy(), NOW);
  expect(refusal?.code).toBe(code);
  expect(at({ request })[0]).toEqual({ what: "acceptance", ...refusal });
});

test("a promotion that would be refused has the code in advance", () => {
  const busy = pair({ lease });
  const refusing = aPolicy({ queue: { ...defaultPolicy.queue, whenBusy: "refuse" } });
  expect(steps({ ...busy, policy: refusing })).toContainEqual(["queue", "r-0 goes first", "pair-busy"]);
  const short = aPolicy({ queue: { ...defaultPolicy.queue, maxQueued: 0 } });
  expect(steps({ ...busy, policy: short })).toContainEqual(["queue", "r-0 goes first", "queue-full"]);
  const registered = Array.from({ length: 32 }, (_, i) => ({ requestId: `r-${i}`, at: NOW }));
  expect(steps(pair({ registered }))).toContainEqual([
    ...["capacity", "32 promotions of the pair are under way", "queue-full"],
  ]);
});

const fresh = register(undefined, {
  ...{ requestId: "r", contentHash: "h", request: aRequest(), origin: { channel: "queue" }, at: NOW },
});
const ended = { outcome: "refused", reason: reason("queue-full", "d") } as const;
const concluded = changePromotion(fresh, { kind: "conclude", ending: ended, at: NOW });

test("a request is new, live, concluded or in conflict with the record of its id", () => {
  expect([
    decideAcceptance(undefined, "h"),
    decideAcceptance(fresh, "h"),
    decideAcceptance(concluded, "h"),
    decideAcceptance(fresh, "other"),
    decideAcceptance(concluded, "other"),
  ]).toEqual(["new", "live", "concluded", "conflict", "conflict"]);
});
