import { z } from "zod";
import { isTimeZone } from "../domain/kernel/time-zone";

/** A zone of the tz database. */
export const timeZone = z
  .string({ error: "an IANA time zone" })
  .refine(isTimeZone, { error: "an IANA time zone such as Europe/Berlin, written as the tz database does" });
