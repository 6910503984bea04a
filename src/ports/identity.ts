/** What a person or application may do; app permissions (`roles`) of a verified token. */
export type Permission = "Swap.Read" | "Swap.Request" | "Swap.Approve" | "Swap.Operate";

export interface Caller {
  readonly oid: string;
  /** One line of at most 60 characters. */
  readonly name: string;
  readonly application: boolean;
  readonly permissions: readonly Permission[];
  /** Every app role of the token, permissions included; policies may name them. */
  readonly roles: readonly string[];
}

/** Who calls; or why nobody knows: `misconfigured` stays until settings or issuer change, `unavailable` passes. */
export type TokenVerdict =
  | { readonly caller: Caller }
  /** What was expected and what was sent; never the token. For the caller and the log. */
  | { readonly rejected: string }
  /** For the log. */
  | { readonly misconfigured: string }
  | { readonly unavailable: string; readonly retryMs: number; readonly cause?: unknown };

/** Verifies bearer tokens (issuer, audience, algorithm, expiry, signature, kind). */
export interface TokenVerifier {
  /** `authorization` is the raw header. */
  verify(authorization: string | undefined): Promise<TokenVerdict>;
}
