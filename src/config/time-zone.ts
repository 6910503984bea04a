import { z } from "zod";

/** An IANA time zone. */
export const timeZone = z
  .string({ error: "an IANA time zone" })
  .refine(isTimeZone, { error: "an IANA time zone such as Europe/Berlin" });

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
