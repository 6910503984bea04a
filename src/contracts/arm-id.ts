/** The parts of a cloud service's ARM id. */
export interface ServiceAddress {
  readonly subscription: string;
  readonly group: string;
  readonly name: string;
}

/** Subscription, resource group and name of a cloud service, from its full ARM id. */
export const serviceIdPattern =
  /^\/subscriptions\/([0-9a-f-]{36})\/resourceGroups\/([\w.()-]{1,90})\/providers\/Microsoft\.Compute\/cloudServices\/([\w-]{1,80})$/i;

/** Splits a full ARM id. Throws on any other text: configuration was checked, so that is a bug of the caller. */
export function parseServiceId(id: string): ServiceAddress {
  const [, subscription, group, name] = serviceIdPattern.exec(id) ?? [];
  if (!subscription || !group || !name) throw new Error(`not the ARM id of a cloud service: ${id}`);
  return { subscription, group, name };
}

export function subscriptionOf(id: string): string {
  const found = /^\/subscriptions\/([0-9a-f-]{36})\//i.exec(id)?.[1];
  if (!found) throw new Error(`not an ARM id: ${id}`);
  return found;
}
