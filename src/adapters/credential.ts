import type { AccessToken, GetTokenOptions, TokenCredential } from "@azure/core-auth";

/**
 * A managed identity in Azure, the developer's own sign-in elsewhere. `@azure/identity` is loaded when the first token
 * is asked for.
 */
export function createCredential(options: {
  readonly clientId?: string;
  readonly inAzure: boolean;
}): TokenCredential {
  let loading: Promise<TokenCredential> | undefined;
  return {
    async getToken(scopes: string | string[], asked?: GetTokenOptions): Promise<AccessToken | null> {
      loading ??= load(options);
      return (await loading).getToken(scopes, asked);
    },
  };
}

async function load({
  clientId,
  inAzure,
}: {
  clientId?: string;
  inAzure: boolean;
}): Promise<TokenCredential> {
  const { DefaultAzureCredential, ManagedIdentityCredential } = await import("@azure/identity");
  if (!inAzure) return new DefaultAzureCredential(clientId ? { managedIdentityClientId: clientId } : {});
  return clientId ? new ManagedIdentityCredential({ clientId }) : new ManagedIdentityCredential();
}
