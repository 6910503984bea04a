import { createToInstant, offsetsOf } from "../../../../src/adapters/deployment-windows/zone-time";
import { transitionsOf, wallIn, zones } from "../../../support/wall-clock";

const HOUR = 3_600_000;

/** The newest changes of a zone, and one that is none. */
function changesOf(zone: string): number[] {
  return [...transitionsOf(zone, 3), Date.parse("2026-06-15T12:34:00Z")];
}

test.each(zones)("wall times of calendars in %s are instants as RFC 5545 reads them", (zone) => {
  const toInstant = createToInstant(offsetsOf(zone));
  const shownAt = (wall: { toString(): string }) => Date.parse(`${wall.toString().slice(0, 16)}Z`);
  for (const change of changesOf(zone)) {
    for (let at = change - 3 * HOUR; at < change + 3 * HOUR; at += 30 * 60_000) {
      const wall = wallIn(zone, at).with({ second: 0, millisecond: 0 });
      const expected = wall.toZonedDateTime(zone, { disambiguation: "compatible" }).epochMilliseconds;
      expect(toInstant(shownAt(wall))).toBe(expected);
    }
    const skipped = wallIn(zone, change - 1)
      .add({ minutes: 20 })
      .with({ second: 0, millisecond: 0 });
    const compatible = skipped.toZonedDateTime(zone, { disambiguation: "compatible" }).epochMilliseconds;
    expect(toInstant(shownAt(skipped))).toBe(compatible);
  }
});
