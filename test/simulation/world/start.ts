/** The start of every simulated world: a full hour. */
export const START = Date.parse("2026-11-24T12:00:00Z");
