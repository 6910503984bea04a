import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { digest } from "../../../../src/adapters/digest";
import { createCloudServices } from "../../../../src/adapters/resource-manager/cloud-services";
import { LONGEST_OPERATION_URL } from "../../../../src/domain/swap/attempt";
import { green, SUBSCRIPTION } from "../../../support/arm-transports";

/** Headers as long as Azure's over a real socket: Node reads 16 KB of them unless told otherwise, and a PUT's reply is lost. */
let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});
/** The adapter's own HTTP client on a server that answers so. */
async function served(answer: (request: IncomingMessage, response: ServerResponse, origin: string) => void) {
  const listening = createServer({ maxHeaderSize: 64 * 1024 }, (request, response) => {
    answer(request, response, origin);
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
  const credential = { getToken: () => Promise.resolve(null) };
  return createCloudServices({ endpoint: origin, credential, clock: { now: () => 0 }, digest });
}
const long = (origin: string, type: string, length: number) => {
  const bare = `${origin}/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Network/locations/westeurope/${type}/1?api-version=2025-05-01&c=`;
  return bare + "c".repeat(length - bare.length);
};

test.each([6 * 1024, 8 * 1024, LONGEST_OPERATION_URL])(
  "two addresses of %i characters each come through, with the PUT and with a poll",
  async (length) => {
    const asked: number[] = [];
    const services = await served(({ method, url: path = "" }, response, origin) => {
      asked.push(path.length);
      const headers = {
        "azure-asyncoperation": long(origin, "operations", length),
        location: long(origin, "operationResults", length),
        "x-filler": "x".repeat(2_000),
      };
      response.writeHead(method === "PUT" ? 202 : 200, headers).end('{"status":"InProgress"}');
    });
    const reply = await services.requestSwap(green, "production", 5_000);
    if (reply.kind !== "accepted" || !reply.operation) throw new Error(JSON.stringify(reply));
    expect(reply.operation.url).toHaveLength(length);
    expect(await services.readOperation(reply.operation)).toEqual({ kind: "running" });
    expect(asked[1]).toBeGreaterThan(length - 40);
  },
);

test("a reply whose headers are longer than any limit leaves the swap unknown, never failed", async () => {
  const services = await served((_request, response) => {
    response.writeHead(202, { location: "x".repeat(200_000) }).end();
  });
  expect(await services.requestSwap(green, "production", 5_000)).toEqual({
    kind: "unknown",
    detail: "the connection failed (HPE_HEADER_OVERFLOW)",
  });
  expect(await services.readService(green, "version")).toMatchObject({ kind: "unavailable" });
});
