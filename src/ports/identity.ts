/** The permissions of a person or application: app roles (`roles`) of a verified token. */
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

/** The caller, or why it is unknown. `misconfigured` lasts until settings or issuer change; `unavailable` is temporary. */
export type TokenVerdict =
  | { readonly caller: Caller }
  /** Expected and actual values, never the token. For the caller and the log. */
  | { readonly rejected: string }
  /** For the log. */
  | { readonly misconfigured: string }
  | { readonly unavailable: string; readonly retryMs: number; readonly cause?: unknown };

/** Verifies bearer tokens (issuer, audience, algorithm, expiry, signature, kind). */
export interface TokenVerifier {
  /** `authorization` is the raw header. */
  verify(authorization: string | undefined): Promise<TokenVerdict>;
}
