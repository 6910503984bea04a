import { lastSegment, publicIpIdOf, sameId } from "../../../../src/domain/cloud-service/observation";
import { aService, ipId } from "../../../support/observations";

const fe = (loadBalancer: string, publicIp?: string) => ({
  ...{ loadBalancer, name: "fe", publicIpId: publicIp && ipId(publicIp) },
});

test("the public IP of a service is the first that its frontends name", () => {
  const frontends = [fe("lb"), fe("lb", "a"), fe("lb", "b")];
  expect(publicIpIdOf(aService("green", { frontends }))).toBe(ipId("a"));
  expect(publicIpIdOf(aService("green", { frontends: [fe("lb")] }))).toBeUndefined();
  expect([lastSegment(ipId("a")), lastSegment("bare")]).toEqual(["a", "bare"]);
});

test.each([
  [true, "/A/b", "/a/B"],
  [false, "/a", "/b"],
  [false, undefined, "/a"],
  [false, "/a", undefined],
  [false, undefined, undefined],
])("the ids are the same: %s, for %s and %s", (same, a, b) => {
  expect(sameId(a, b)).toBe(same);
});
