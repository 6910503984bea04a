/**
 * Controls, lone surrogates, line separators, and default-ignorable characters such as bidirectional controls and
 * zero-width ones, except emoji selectors (https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing,
 * https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point).
 */
const unfit = String.raw`(?![\u{fe00}-\u{fe0f}])[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{DI}\u{fff9}-\u{fffb}]`;
const anyUnfit = new RegExp(unfit, "u");
const everyUnfit = new RegExp(unfit, "gu");
const breaking = /[\p{Cc}\p{Zl}\p{Zp}]/u;

/** Whether a text displays exactly as stored. Requests that do not are refused. */
export function isPlain(text: string): boolean {
  return !anyUnfit.test(text);
}

/**
 * External text made safe to show, store and log. Line breaks and controls become spaces. Other unfit characters become
 * U+FFFD instead of disappearing, so that different texts stay distinguishable.
 */
export function cleanText(text: string): string {
  return text.replace(everyUnfit, (char) => (breaking.test(char) ? " " : "\u{fffd}"));
}

/** Escapes unfit characters without loss, for logs that machines read too. */
export function escapeUnfit(text: string): string {
  return text.replace(everyUnfit, (char) =>
    Array.from(
      { length: char.length },
      (_, i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, "0")}`,
    ).join(""),
  );
}

const NAME_LENGTH = 60;

/** The name of a person or application as one line of at most 60 characters; empty if nothing is readable. */
export function cleanName(name: string): string {
  // Cut first: a token may contain kilobytes.
  const line = cleanText(name.slice(0, 4 * NAME_LENGTH))
    .replace(/\s+/gu, " ")
    .trim();
  const chars = Array.from(line);
  const short = chars.length > NAME_LENGTH ? `${chars.slice(0, NAME_LENGTH - 1).join("")}…` : line;
  return /[^\s\u{fffd}]/u.test(short) ? short : "";
}
