/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return, @typescript-eslint/restrict-plus-operands -- rhea's typings do not cover its broker side */
import rhea from "rhea";
import type { Refusal } from "./answers";

// What rhea 3.0.5 would do wrong for a broker, and how it is avoided.

const message: any = (rhea as any).message;

/** Added to the message format so that rhea hands over bytes instead of decoding them. */
export const RAW = 0x40000000;

export function keepBytes(session: any): void {
  const original = session.on_transfer;
  session.on_transfer = function onTransfer(frame: any) {
    frame.performative.message_format = (frame.performative.message_format ?? 0) + RAW;
    return original.call(this, frame);
  };
}

/**
 * rhea writes transfers before the attaches that wait with them. A client that gives credit in one breath with its attach, as
 * .NET does with prefetch, would get messages on a link it does not know yet, and ends the session.
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

/** rhea answers an attach with its own settle modes; clients take the answer for what holds. */
export function adoptModes(link: any): void {
  link.local.attach.snd_settle_mode = link.snd_settle_mode;
  link.local.attach.rcv_settle_mode = link.rcv_settle_mode;
}

export function describeAccepted(delivery: any): void {
  delivery.update(true, message.accepted().described());
}

/**
 * rhea tells the outcomes of neighbouring deliveries together, and never compares the first two: a refusal next to an
 * acceptance would pass for accepted. It does compare their settled flags, and any object is a true one of its own.
 */
export function describeRefused(delivery: any, error: Refusal): void {
  delivery.update({}, message.rejected({ error }).described());
}

/** In receiver-settle mode "second" the SDK never sends its own settled flag, and rhea's ring would never free. */
export function forget(delivery: any): void {
  delivery.remote_settled = true;
}
