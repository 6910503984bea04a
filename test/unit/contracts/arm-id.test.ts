import { parseServiceId, subscriptionOf } from "../../../src/contracts/arm-id";

const subscription = "00000000-0000-4000-8000-000000000001";
const id = `/subscriptions/${subscription}/resourceGroups/rg.(1)/providers/Microsoft.Compute/cloudServices/shop-blue`;

test("an ARM id of a cloud service splits into its parts, in any case", () => {
  const parts = { subscription, group: "rg.(1)", name: "shop-blue" };
  expect(parseServiceId(id)).toEqual(parts);
  expect(
    parseServiceId(id.replace("Microsoft.Compute/cloudServices", "MICROSOFT.COMPUTE/CLOUDSERVICES")),
  ).toEqual(parts);
  expect(subscriptionOf(id)).toBe(subscription);
});

test.each([
  ["another type", id.replace("cloudServices", "virtualMachines")],
  ["a part below the service", `${id}/roles/Web`],
  ["no name", id.replace("shop-blue", "")],
  ["a text before it", `https://management.azure.com${id}`],
])("an id with %s is refused", (_what, text) => {
  expect(() => parseServiceId(text)).toThrow("not the ARM id of a cloud service");
});

test("a text without a subscription is refused", () => {
  expect(() => subscriptionOf("/resourceGroups/rg")).toThrow("not an ARM id: /resourceGroups/rg");
});
