import { shortOutcome, toldVerdict } from "./attempt-told";
import { clip, leaveOut, shrink } from "./clip";
import type { CompletionData, CompletionEvent, FinalRead } from "./events";

/** Characters that an event may take in the ledger entry that stores it, escaped as it is there. */
const EVENT_ROOM = 9_800;

type Step = (data: CompletionData) => CompletionData;

/**
 * What an event is shortened by, the least needed first: every unmet prerequisite, vote, call and service stays, with
 * fewer words. Ordinary events never come to the first step.
 */
const steps: readonly Step[] = [
  phases(24, 40),
  evidence(120),
  phases(16, 30),
  attempts(80),
  evidence(60),
  phases(12, 0),
  (data) => ({
    ...data,
    finalRead: data.finalRead && {
      incoming: withoutFrontend(data.finalRead.incoming),
      outgoing: withoutFrontend(data.finalRead.outgoing),
    },
  }),
  (data) => ({
    ...data,
    reason: { ...data.reason, detail: clip(data.reason.detail, 300) },
    requestReason: clip(data.requestReason, 200),
    requestedBy: { ...data.requestedBy, name: clip(data.requestedBy.name, 100) },
  }),
  (data) => ({
    ...data,
    soak: data.soak && {
      ...data.soak,
      last: data.soak.last.map((m) => ({ ...m, detail: clip(m.detail, 40) })),
    },
    swapBack: data.swapBack && { ...data.swapBack, note: clip(data.swapBack.note, 80) },
    approvals: data.approvals && {
      ...data.approvals,
      votes: data.approvals.votes.map((vote) => ({
        ...vote,
        comment: vote.comment && clip(vote.comment, 40),
      })),
    },
  }),
  attempts(30),
  evidence(30),
  // They stand in the table of codes, and in the HTTP API's answer.
  (data) => ({ ...data, prerequisites: data.prerequisites.map(({ remedy: _remedy, ...rest }) => rest) }),
];

/** The event, short enough to be stored with its ledger entry. */
export function withinEventRoom(event: CompletionEvent): CompletionEvent {
  const isSmall = (data: CompletionData) =>
    JSON.stringify(JSON.stringify({ ...event, data })).length <= EVENT_ROOM;
  return { ...event, data: shrink(event.data, steps, isSmall) };
}

function phases(most: number, noteLength: number): Step {
  return (data) => ({
    ...data,
    phases: leaveOut(data.phases, most).map(({ note, ...phase }) =>
      note === undefined || noteLength === 0 ? phase : { ...phase, note: clip(note, noteLength) },
    ),
  });
}

function attempts(length: number): Step {
  return (data) => ({
    ...data,
    attempts: data.attempts.map(({ verdict, evidence: seen, ...rest }) => ({
      ...rest,
      verdict: toldVerdict(shortOutcome(verdict, length)),
      ...(seen ? { evidence: clip(seen, length) } : {}),
    })),
  });
}

function evidence(length: number): Step {
  return (data) => ({
    ...data,
    prerequisites: data.prerequisites.map((p) => ({ ...p, evidence: clip(p.evidence, length) })),
  });
}

function withoutFrontend(read: FinalRead | null): FinalRead | null {
  if (!read?.publicIp) return read;
  const { id, address } = read.publicIp;
  return { ...read, publicIp: { id, address } };
}
