import { core } from "../../../local/functions-host/core-module";
import { registerApp } from "../../../src/app/register";
import { registeredNames } from "../../../src/app/registered-names";
import { eventTypes } from "../../../src/domain/promotion/events";
import type { Config } from "../../../src/config/config";
import { createFakePorts } from "../../support/fake-ports";

const config = { serviceBus: { requestQueue: "swap-requests", setting: "ServiceBusConnection" } } as Config;
registerApp(() => createFakePorts(), { verify: () => Promise.reject(new Error("nobody calls")) }, config);

/** The names that were registered, by the type of their trigger. */
function registered(): Record<string, string[]> {
  const byTrigger: Record<string, string[]> = {};
  for (const [name, { metadata }] of core.functions) {
    const trigger =
      Object.values(metadata.bindings).find(({ type }) => /trigger$/i.test(type))?.type ?? "none";
    (byTrigger[trigger] ??= []).push(name);
  }
  return byTrigger;
}

test("the app registers the names of the table, and no other", () => {
  const sorted = (table: Readonly<Record<string, readonly string[]>>) =>
    Object.fromEntries(Object.entries(table).map(([trigger, names]) => [trigger, [...names].sort()]));
  expect(sorted(registered())).toEqual(sorted(registeredNames));
});

test("events keep their types", () => {
  expect(Object.values(eventTypes)).toEqual([
    "cloud-service-swap.promotion.completed",
    "cloud-service-swap.promotion.progressed",
    "cloud-service-swap.request.not-accepted",
  ]);
});
