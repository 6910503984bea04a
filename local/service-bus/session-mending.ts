/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return, @typescript-eslint/restrict-plus-operands -- rhea's typings do not cover its broker side */
import rhea from "rhea";
import type { Refusal } from "./answers";

// Errors that rhea 3.0.5 makes on the broker's side, and how to avoid them.

const message: any = (rhea as any).message;

/** Added to the message format so that rhea passes bytes instead of decoding them. */
export const RAW = 0x40000000;

export function keepBytes(session: any): void {
  const original = session.on_transfer;
  session.on_transfer = function onTransfer(frame: any) {
    frame.performative.message_format = (frame.performative.message_format ?? 0) + RAW;
    return original.call(this, frame);
  };
}

/**
 * rhea writes transfers before queued attaches. A client that gives credit together with its attach, as .NET does
 * with prefetch, would get messages on a link that it does not know yet, and would end the session.
 */
export function attachFirst(session: any): void {
  const original = session._process;
  session._process = function process() {
    if (session.state.need_open()) session.output(session.local.begin);
    for (const name in session.links) {
      const link = session.links[name];
      if (link.state.need_open()) session.output(link.local.attach);
    }
    return original.call(this);
  };
}

/** rhea answers an attach with its own settle modes; clients use the answer. */
export function adoptModes(link: any): void {
  link.local.attach.snd_settle_mode = link.snd_settle_mode;
  link.local.attach.rcv_settle_mode = link.rcv_settle_mode;
}

export function describeAccepted(delivery: any): void {
  delivery.update(true, message.accepted().described());
}

/**
 * rhea reports the outcomes of neighbouring deliveries together, and never compares the first two: a refusal next to
 * an acceptance would count as accepted. It does compare their settled flags, and every object is a distinct true
 * value.
 */
export function describeRefused(delivery: any, error: Refusal): void {
  delivery.update({}, message.rejected({ error }).described());
}

/**
 * In receiver-settle mode "second" the SDK never sends its own settled flag, and rhea's ring buffer would never be
 * freed.
 */
export function forget(delivery: any): void {
  delivery.remote_settled = true;
}
