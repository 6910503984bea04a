import { z } from "zod";
import { duration, durationMs, exactly, quorum } from "../contracts/fields";
import { pathOf } from "../contracts/issues";
import { type ApprovalRule, defaultApproval, unreachable } from "../domain/approval/rule";
import type { Issue } from "../domain/kernel/issue";
import { placeToMend, type ReadPart } from "./readable-part";

const objectIds = z
  .array(
    z
      .string({ error: "an object id" })
      .regex(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, "an object id, such as Entra ID's: a GUID"),
    { error: "a list of object ids" },
  )
  .min(1, "at least one object id")
  .max(8, "at most 8 object ids");

const appRoles = z
  .array(
    z.string({ error: "the value of an app role" }).regex(/^[\w.:/-]{1,40}$/, "the value of an app role"),
    {
      error: "a list of app roles",
    },
  )
  .min(1, "at least one app role")
  .max(3, "at most 3 app roles");

/** The group `approval` of the pairs file. */
export const approvalFields = exactly({
  quorum: quorum.optional(),
  roles: appRoles.optional(),
  people: objectIds.optional(),
  neverApprove: objectIds.optional(),
  deadline: duration("1s", "30d").optional(),
  validFor: duration("1s", "7d").optional(),
});

type Approval = z.infer<typeof approvalFields> | undefined;

/** The rule of one pair: its fields, then the file's, then the product's. Undefined when neither asks for approval. */
export function approvalRule(own: Approval, shared: Approval): ApprovalRule | undefined {
  if (!own && !shared) return undefined;
  const { deadline, validFor, quorum: asked, ...who } = { ...shared, ...own };
  return {
    ...defaultApproval,
    ...who,
    ...(asked === undefined ? {} : { quorum: asked }),
    ...(deadline === undefined ? {} : { deadlineMs: durationMs(deadline) }),
    ...(validFor === undefined ? {} : { validForMs: durationMs(validFor) }),
  };
}

/** An unreachable quorum would make every promotion wait for its deadline. */
export function approvalMistakes(
  approval: ApprovalRule | undefined,
  parts: readonly ReadPart<unknown>[],
): readonly Issue[] {
  const why = approval && unreachable(approval);
  const place = placeToMend(parts, "approval", ["quorum", "people", "neverApprove", "roles"]);
  if (why === undefined || !place) return [];
  return [{ path: pathOf(place), value: why, expectation: "a quorum that the named people can reach" }];
}
