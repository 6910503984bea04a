/** What a person or application may do; app permissions (`roles`) of a verified token. */
export type Permission = "Swap.Read" | "Swap.Request" | "Swap.Approve" | "Swap.Operate";

export interface Caller {
  readonly oid: string;
  readonly name: string;
  readonly application: boolean;
  readonly permissions: readonly Permission[];
  /** Every app role of the token, permissions included; policies may name them. */
  readonly roles: readonly string[];
}

/** Verifies bearer tokens (issuer, audience, algorithm, expiry, signature). */
export interface TokenVerifier {
  /** `authorization` is the raw header. Resolves with the caller, or why there is none; throws when keys cannot be fetched. */
  verify(
    authorization: string | undefined,
  ): Promise<{ readonly caller: Caller } | { readonly rejected: string }>;
}
