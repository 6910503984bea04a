import { z } from "zod";
import { parseFault } from "./faults";
import type { Simulator } from "./simulator";

const instanceCommand = z.strictObject({ service: z.string(), instance: z.string(), state: z.string() });
const serviceCommand = z.strictObject({
  service: z.string(),
  version: z.string().optional(),
  provisioningState: z.string().optional(),
  /** null leaves the field out of replies. */
  slot: z.enum(["Production", "Staging"]).nullable().optional(),
});
const swapCommand = z.strictObject({ service: z.string() });

export interface ControlReply {
  readonly status: number;
  readonly body: unknown;
}

/**
 * Changes the simulated world from outside: `POST /control/instance`, `/control/service`, `/control/faults`,
 * `/control/swap-by-hand`; `DELETE /control/faults`. Wrong input is answered with every complaint.
 */
export function control(simulator: Simulator, method: string, path: string, body: unknown): ControlReply {
  if (method === "DELETE" && path === "/control/faults") {
    simulator.faults.clear();
    return { status: 200, body: {} };
  }
  switch (method === "POST" ? path : "") {
    case "/control/faults": {
      const fault = parseFault(body);
      if (Array.isArray(fault)) return { status: 400, body: { complaints: fault } };
      simulator.faults.add(fault);
      return { status: 200, body: {} };
    }
    case "/control/instance":
      return apply(
        instanceCommand,
        body,
        ({ service: name, instance, state }) => {
          const service = simulator.service(name);
          const found = service?.instances.find((i) => i.name.toLowerCase() === instance.toLowerCase());
          if (!service || !found) return `there is no instance ${instance} of ${name}`;
          found.state = state;
          service.script.splice(
            0,
            service.script.length,
            ...service.script.filter((step) => step.instance !== found.name),
          );
          return undefined;
        },
        simulator,
      );
    case "/control/service":
      return apply(
        serviceCommand,
        body,
        ({ service: name, version, provisioningState, slot }) => {
          const service = simulator.service(name);
          if (!service) return `there is no service ${name}`;
          if (version !== undefined) service.version = version;
          if (provisioningState !== undefined) service.provisioningState = provisioningState;
          if (slot !== undefined) service.slot = slot ?? undefined;
          return undefined;
        },
        simulator,
      );
    case "/control/swap-by-hand":
      return apply(
        swapCommand,
        body,
        ({ service }) => (simulator.swapByHand(service) ? undefined : `there is no pair with ${service}`),
        simulator,
      );
    default:
      return { status: 404, body: { complaints: [`there is no ${method} ${path}`] } };
  }
}

function apply<T>(
  schema: z.ZodType<T>,
  body: unknown,
  change: (value: T) => string | undefined,
  simulator: Simulator,
): ControlReply {
  const parsed = schema.safeParse(body);
  if (!parsed.success) {
    return {
      status: 400,
      body: { complaints: parsed.error.issues.map((i) => `${i.path.join(".") || "body"}: ${i.message}`) },
    };
  }
  const complaint = change(parsed.data);
  if (complaint) return { status: 404, body: { complaints: [complaint] } };
  simulator.save();
  return { status: 200, body: {} };
}
