/** What went wrong, and because of what, in lines. */
export function messagesOf(fault: Error): string {
  const cause = fault.cause instanceof Error ? `\n  because: ${messagesOf(fault.cause)}` : "";
  return `${fault.message}${cause}`;
}
