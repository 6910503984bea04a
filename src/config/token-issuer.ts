/** Hosts of Entra ID that issue tokens of version 2.0 (https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud). */
const issuing = ["login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn"];

/** Other host names, and those of version 1.0: never the issuer of a version 2.0 token. */
const others = [
  "sts.windows.net",
  "login.windows.net",
  "login.microsoft.com",
  "login.microsoftonline.de",
  "sts.chinacloudapi.cn",
  "login.chinacloudapi.cn",
  "login-us.microsoftonline.com",
];

const guid = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
const shape = new RegExp(`^https://[^/]+/${guid}/v2\\.0$`);

function isOfEntra({ hostname }: URL): boolean {
  return [...issuing, ...others].includes(hostname);
}

/**
 * The mistake in an issuer that would never match a token literally; undefined when there is none. Entra ID names
 * one tenant by its id, whatever was requested
 * (https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference#payload-claims).
 */
export function issuerMistake(value: string, url: URL): string | undefined {
  if (/\s/.test(value)) return "an issuer without blanks";
  if (url.pathname.includes("/.well-known/")) return "the issuer, without the path of its discovery document";
  if (!isOfEntra(url) || (issuing.some((host) => value.startsWith(`https://${host}/`)) && shape.test(value)))
    return undefined;
  const host = issuing.find((each) => each === url.hostname) ?? "login.microsoftonline.com";
  return `the issuer as tokens of version 2.0 name it, to the letter: https://${host}/<tenant id>/v2.0${whyNot(url)}`;
}

function whyNot({ hostname, pathname }: URL): string {
  const [tenant = ""] = pathname.split("/").filter((part) => part !== "");
  if (hostname.startsWith("sts."))
    return '; tokens of version 1.0 are not taken: let the manifest of the app registration say "requestedAccessTokenVersion": 2';
  if (["common", "organizations", "consumers"].includes(tenant)) return "; no token is issued by all tenants";
  if (!new RegExp(`^${guid}$`, "i").test(tenant)) return "; the tenant id is a GUID, not a name";
  return pathname.endsWith("/") ? "; no slash at its end" : "";
}

/** The mistake in an audience: version 2.0 tokens of Entra ID always name the client id of the API. */
export function audienceMistake(audience: string, issuer: URL): string | undefined {
  if (!isOfEntra(issuer) || new RegExp(`^${guid}$`).test(audience)) return undefined;
  return "the client id of the app registration, a GUID in lower case: tokens of version 2.0 name no api:// address";
}
