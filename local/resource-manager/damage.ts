import { wireText, type ArmReply } from "./contract";
import type { FaultAnswer } from "./faults";

/** The real reply, damaged or edited by a fault. */
export function damaged(reply: ArmReply, fault: FaultAnswer | undefined): ArmReply {
  if (fault?.kind === "edited") return edited(reply, fault);
  if (fault?.kind !== "damaged") return reply;
  const text = wireText(reply);
  switch (fault.how) {
    case "truncated":
      return { ...reply, text: text.slice(0, Math.floor(text.length / 2)) };
    case "malformed":
      return { ...reply, text: `${text.slice(0, -1)},,` };
    case "empty":
      return { ...reply, text: "" };
    case "html":
      return {
        ...reply,
        headers: { ...reply.headers, "content-type": "text/html" },
        text: "<html><body><h1>Our services aren't available right now</h1></body></html>",
      };
    case "oversized":
      return { ...reply, text: padded(text, (fault.megabytes ?? 8) * 1024 * 1024) };
  }
}

/** Valid JSON of at least `bytes` bytes: an unknown member fills it up. */
function padded(text: string, bytes: number): string {
  const rest = text.startsWith("{") ? text.slice(1) : "}";
  return `{"filler":"${"x".repeat(bytes)}"${rest === "}" ? "" : ","}${rest}`;
}

type Edit = Extract<FaultAnswer, { kind: "edited" }>;

function edited(reply: ArmReply, edit: Edit): ArmReply {
  const body = change(reply.body, edit);
  return { ...reply, body: edit.set ? { ...(body as object | undefined), ...edit.set } : body };
}

function change(value: unknown, edit: Edit): unknown {
  const { remove, rename, replace } = edit;
  if (typeof value === "string") return replace && Object.hasOwn(replace, value) ? replace[value] : value;
  if (Array.isArray(value)) return value.map((each) => change(each, edit));
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).filter(([name]) => !remove?.includes(name));
  return Object.fromEntries(members.map(([name, member]) => [rename?.[name] ?? name, change(member, edit)]));
}
