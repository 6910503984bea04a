import type { AccessToken, GetTokenOptions, TokenCredential } from "@azure/core-auth";

interface CredentialOptions {
  readonly clientId?: string;
  readonly inAzure: boolean;
}

/** A managed identity in Azure, the developer's sign-in elsewhere. Loads `@azure/identity` for the first token. */
export function createCredential(options: CredentialOptions): TokenCredential {
  let loading: Promise<TokenCredential> | undefined;
  return {
    async getToken(scopes: string | string[], token?: GetTokenOptions): Promise<AccessToken | null> {
      loading ??= load(options);
      return (await loading).getToken(scopes, token);
    },
  };
}

async function load({ clientId, inAzure }: CredentialOptions): Promise<TokenCredential> {
  const { DefaultAzureCredential, ManagedIdentityCredential } = await import("@azure/identity");
  if (!inAzure) return new DefaultAzureCredential(clientId ? { managedIdentityClientId: clientId } : {});
  return clientId ? new ManagedIdentityCredential({ clientId }) : new ManagedIdentityCredential();
}
