export interface Addresses {
  readonly hubName: string;
  /** Public origin of the webhooks. */
  readonly origin: string;
  readonly rpcUrl: string;
  readonly key: string;
}

/** Management links of one instance, as replies and the client binding carry them (golden: client.json). */
export function managementLinks(
  { hubName, key }: Addresses,
  origin: string,
  id: string,
): Record<string, string> {
  const base = `${origin}/runtime/webhooks/durabletask/instances/${encodeURIComponent(id)}`;
  const query = `taskHub=${hubName}&connection=Storage&code=${key}`;
  return {
    id,
    statusQueryGetUri: `${base}?${query}`,
    sendEventPostUri: `${base}/raiseEvent/{eventName}?${query}`,
    terminatePostUri: `${base}/terminate?reason={text}&${query}`,
    purgeHistoryDeleteUri: `${base}?${query}`,
    restartPostUri: `${base}/restart?${query}`,
    suspendPostUri: `${base}/suspend?reason={text}&${query}`,
    resumePostUri: `${base}/resume?reason={text}&${query}`,
  };
}

/** The JSON a durable client binding receives. */
export function clientBinding(addresses: Addresses): string {
  const { hubName, origin, rpcUrl, key } = addresses;
  const base = `${origin}/runtime/webhooks/durabletask`;
  const creation = `${base}/orchestrators/{functionName}[/{instanceId}]`;
  const links = managementLinks(addresses, origin, "INSTANCEID");
  const query = `taskHub=${hubName}&connection=Storage&code=${key}`;
  return JSON.stringify({
    taskHubName: hubName,
    connectionName: null,
    creationUrls: {
      createNewInstancePostUri: `${creation}?code=${key}`,
      createAndWaitOnNewInstancePostUri: `${creation}?timeout={timeoutInSeconds}&pollingInterval={intervalInSeconds}&code=${key}`,
    },
    managementUrls: {
      ...links,
      rewindPostUri: `${base}/instances/INSTANCEID/rewind?reason={text}&${query}`,
    },
    baseUrl: base,
    requiredQueryStringParameters: `code=${key}`,
    rpcBaseUrl: rpcUrl,
    httpBaseUrl: null,
    maxGrpcMessageSizeInBytes: null,
    grpcHttpClientTimeout: null,
  });
}
