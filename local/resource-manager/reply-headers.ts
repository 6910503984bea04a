import type { ArmRequest } from "./contract";

/** Headers of every reply (recorded from Microsoft.Network in July 2026). */
const always = {
  "cache-control": "no-cache",
  pragma: "no-cache",
  expires: "-1",
  "strict-transport-security": "max-age=31536000; includeSubDomains",
  "x-cache": "CONFIG_NOCACHE",
  "x-content-type-options": "nosniff",
};

/** The headers of the reply to a call, which differ by its number. Microsoft.Network also adds its own request id. */
export function replyHeaders({ url }: ArmRequest, entry: number, now: number): Record<string, string> {
  const number = entry.toString(16).padStart(12, "0");
  const reference = entry.toString(16).toUpperCase().padStart(32, "0");
  return {
    ...always,
    "x-ms-request-id": `00000001-0000-4000-8000-${number}`,
    "x-ms-correlation-request-id": `00000002-0000-4000-8000-${number}`,
    "x-msedge-ref": `Ref A: ${reference} Ref B: AMS231000000001 Ref C: ${secondOf(now)}`,
    ...(/\/providers\/Microsoft\.Network\//i.test(url.slice(0, 400))
      ? {
          "x-ms-arm-service-request-id": `00000003-0000-4000-8000-${number}`,
          "x-ms-operation-identifier": `tenantId=00000004-0000-4000-8000-000000000000,objectId=00000005-0000-4000-8000-000000000000/westeurope/00000006-0000-4000-8000-${number}`,
          "x-ms-throttle-levels": "operationRatePct=0.1, operationConcurrencyPct=0.3, etc",
        }
      : {}),
  };
}

let last = { at: NaN, text: "" };

/** Many calls have the same virtual time: its text is cached. */
function secondOf(now: number): string {
  const at = Math.floor(now / 1000);
  if (at !== last.at) last = { at, text: new Date(at * 1000).toISOString().replace(".000", "") };
  return last.text;
}
