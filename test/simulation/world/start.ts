/** When every simulated world begins: a full hour. */
export const START = Date.parse("2026-11-24T12:00:00Z");
