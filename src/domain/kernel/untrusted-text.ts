/**
 * Characters that break a line or a terminal, are half of one, show nothing, or change the direction of what stands
 * around them: controls, lone surrogates, line separators, and whatever Unicode lets a font ignore, bidirectional
 * controls and zero-width characters among it (https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing,
 * https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point). Selectors of emoji are let through.
 */
const unfit = String.raw`(?![\u{fe00}-\u{fe0f}])[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{DI}\u{fff9}-\u{fffb}]`;
const anyUnfit = new RegExp(unfit, "u");
const everyUnfit = new RegExp(unfit, "gu");
const breaking = /[\p{Cc}\p{Zl}\p{Zp}]/u;

/** Whether text shows as what it is. What people send us is refused when it does not. */
export function isPlain(text: string): boolean {
  return !anyUnfit.test(text);
}

/**
 * Text of tokens, Azure, brokers and web servers, fit to be shown, stored and logged: what would break a line becomes a
 * space, every other unfit character U+FFFD, so that no two different texts look the same for want of it.
 */
export function cleanText(text: string): string {
  return text.replace(everyUnfit, (char) => (breaking.test(char) ? " " : "\u{fffd}"));
}

/** The same for a log that is read by machines too: each unfit character as its escape, so that nothing is lost. */
export function escapeUnfit(text: string): string {
  return text.replace(everyUnfit, (char) =>
    Array.from(
      { length: char.length },
      (_, i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, "0")}`,
    ).join(""),
  );
}

const NAME_LENGTH = 60;

/** The name of a person or application as it is shown and stored everywhere: one line of at most 60 characters. */
export function cleanName(name: string): string {
  // Cut first: a token may bring kilobytes.
  const line = cleanText(name.slice(0, 4 * NAME_LENGTH))
    .replace(/\s+/gu, " ")
    .trim();
  const chars = Array.from(line);
  const short = chars.length > NAME_LENGTH ? `${chars.slice(0, NAME_LENGTH - 1).join("")}…` : line;
  return /[^\s\u{fffd}]/u.test(short) ? short : "";
}
