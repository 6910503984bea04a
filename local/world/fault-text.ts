/** The messages of an error and its causes, one per line. */
export function messagesOf(fault: Error): string {
  const cause = fault.cause instanceof Error ? `\n  because: ${messagesOf(fault.cause)}` : "";
  return `${fault.message}${cause}`;
}
