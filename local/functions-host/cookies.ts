type Wrapped<T> = T | { readonly value: T };

/** A cookie from the library, whose optional members are wrapped. */
export interface RpcCookie {
  readonly name: string;
  readonly value: string;
  readonly expires?: Wrapped<Date | string | number | { readonly seconds: number }> | null;
  readonly maxAge?: Wrapped<number> | null;
  readonly domain?: Wrapped<string> | null;
  readonly path?: Wrapped<string> | null;
  readonly secure?: Wrapped<boolean> | null;
  readonly sameSite?: string | null;
  readonly httpOnly?: Wrapped<boolean> | null;
}

/** One Set-Cookie line with the attributes in the host's order (golden: http-triggers, "cookies"). */
export function cookieLine(cookie: RpcCookie): string {
  const maxAge = unwrap(cookie.maxAge);
  const domain = unwrap(cookie.domain);
  const path = unwrap(cookie.path);
  const sameSite = cookie.sameSite?.toLowerCase();
  return [
    `${cookie.name}=${encodeURIComponent(cookie.value)}`,
    ...expiry(unwrap(cookie.expires)),
    ...(maxAge === undefined ? [] : [`max-age=${maxAge}`]),
    ...(domain === undefined ? [] : [`domain=${domain}`]),
    ...(path === undefined ? [] : [`path=${path}`]),
    ...(unwrap(cookie.secure) === true ? ["secure"] : []),
    ...(sameSite === undefined || sameSite === "none" ? [] : [`samesite=${sameSite}`]),
    ...(unwrap(cookie.httpOnly) === true ? ["httponly"] : []),
  ].join("; ");
}

function expiry(at: Date | string | number | { readonly seconds: number } | undefined): string[] {
  if (at === undefined) return [];
  const date = typeof at === "object" && "seconds" in at ? new Date(at.seconds * 1000) : new Date(at);
  return [`expires=${date.toUTCString()}`];
}

function unwrap<T>(wrapped: Wrapped<T> | null | undefined): T | undefined {
  if (wrapped === null || wrapped === undefined) return undefined;
  const isWrapped = (w: Wrapped<T>): w is { readonly value: T } =>
    typeof w === "object" && w !== null && "value" in w;
  return isWrapped(wrapped) ? wrapped.value : wrapped;
}
