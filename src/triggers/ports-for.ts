import type { InvocationContext } from "@azure/functions";
import type { Ports } from "../ports/ports";

/** Binds ports to one invocation: its durable client, its log. */
export type PortsFor = (context: InvocationContext) => Ports;
