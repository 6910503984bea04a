/** What the alert rules of an installation listen for: one Error line each, with a stable code. */
export const alertCodes = ["halted", "swapped-back", "publish-failing", "dead-letter", "run-lost"] as const;

export type AlertCode = (typeof alertCodes)[number];
