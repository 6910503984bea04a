import type { ZodError } from "zod";

/** Every mistake of a value, each with its path. */
export function issuesOf(error: ZodError, what: string): string[] {
  return error.issues.map((issue) => `${issue.path.join(".") || what}: ${issue.message}`);
}
