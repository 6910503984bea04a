import { z } from "zod";
import { DiskFault } from "./disk";
import { parseFault } from "./faults";
import { issuesOf } from "./issues";
import { bug } from "./scenario";
import type { Simulator } from "./simulator";
import { parseServiceFault } from "./service-faults";

const instanceCommand = z.strictObject({ service: z.string(), instance: z.string(), state: z.string() });
const serviceCommand = z.strictObject({
  service: z.string(),
  version: z.string().optional(),
  provisioningState: z.string().optional(),
  /** null leaves the field out of replies. */
  slot: z.enum(["Production", "Staging"]).nullable().optional(),
  /** An error that shows after `after` seconds in production; null removes it. */
  bug: bug.nullable().optional(),
});
const swapCommand = z.strictObject({ service: z.string() });

interface ControlReply {
  readonly status: number;
  readonly body: unknown;
}

/**
 * Changes the simulated world: `POST /control/instance`, `/control/service`, `/control/faults`,
 * `/control/service-faults`, `/control/swap-by-hand`; `DELETE /control/faults`. Answers wrong input with every issue.
 */
export function control(simulator: Simulator, method: string, path: string, body: unknown): ControlReply {
  try {
    const command = commands[`${method} ${path}`];
    return command ? command(simulator, body) : refused(404, [`there is no ${method} ${path}`]);
  } catch (fault) {
    if (!(fault instanceof DiskFault)) throw fault;
    return refused(500, [fault.message]);
  }
}

type Command = (simulator: Simulator, body: unknown) => ControlReply;

const commands: Readonly<Record<string, Command>> = {
  "DELETE /control/faults": (simulator) => {
    simulator.faults.clear();
    return done;
  },
  "POST /control/faults": (simulator, body) => {
    const fault = parseFault(body);
    if (Array.isArray(fault)) return refused(400, fault);
    simulator.faults.add(fault);
    return done;
  },
  "POST /control/service-faults": (simulator, body) => {
    const fault = parseServiceFault(body);
    if (Array.isArray(fault)) return refused(400, fault);
    const issue = simulator.addServiceFault(fault);
    return issue === undefined ? done : refused(404, [issue]);
  },
  "POST /control/instance": (simulator, body) =>
    apply(simulator, instanceCommand, body, ({ service: name, instance, state }) => {
      const service = simulator.service(name);
      const found = service?.instances.find((i) => i.name.toLowerCase() === instance.toLowerCase());
      if (!service || !found) return `there is no instance ${instance} of ${name}`;
      found.state = state;
      const others = service.script.filter((step) => step.instance !== found.name);
      service.script.splice(0, service.script.length, ...others);
      return undefined;
    }),
  "POST /control/service": (simulator, body) =>
    apply(simulator, serviceCommand, body, ({ service: name, version, provisioningState, slot, bug }) => {
      const service = simulator.service(name);
      if (!service) return `there is no service ${name}`;
      if (version !== undefined) service.version = version;
      if (provisioningState !== undefined) service.provisioningState = provisioningState;
      if (slot !== undefined) service.slot = slot ?? undefined;
      if (bug !== undefined) service.bug = bug ?? undefined;
      return undefined;
    }),
  "POST /control/swap-by-hand": (simulator, body) =>
    apply(simulator, swapCommand, body, ({ service }) =>
      simulator.swapByHand(service) ? undefined : `there is no pair with ${service}`,
    ),
};

const done: ControlReply = { status: 200, body: {} };

function refused(status: number, issues: readonly string[]): ControlReply {
  return { status, body: { issues } };
}

function apply<T>(
  simulator: Simulator,
  schema: z.ZodType<T>,
  body: unknown,
  change: (value: T) => string | undefined,
): ControlReply {
  const parsed = schema.safeParse(body);
  if (!parsed.success) return refused(400, issuesOf(parsed.error, "body"));
  const issue = change(parsed.data);
  if (issue !== undefined) return refused(404, [issue]);
  simulator.save();
  return done;
}
