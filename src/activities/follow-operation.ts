import type { OperationRead } from "../domain/attempt";
import type { Ports } from "../ports/ports";

/** Reads a long-running operation once; waiting for it is the orchestration's business. */
export async function followOperation(input: { readonly url: string }, ports: Ports): Promise<OperationRead> {
  return ports.cloudServices.readOperation(input.url);
}
