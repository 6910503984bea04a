import type { ZodError } from "zod";

/** Every issue of a value, with its path. */
export function issuesOf(error: ZodError, what: string): string[] {
  return error.issues.map((issue) => `${issue.path.join(".") || what}: ${issue.message}`);
}
