/** What a plan says beforehand of what the app itself may not do; nothing is refused by these. */
export const permissionCodes = {
  "slot-write-not-permitted": {
    status: 200,
    exit: 0,
    remedy: "Give the app's identity Microsoft.Network/cloudServiceSlots/write at both resource groups.",
  },
  "operation-read-not-permitted": {
    status: 200,
    exit: 0,
    remedy: "Give the app's identity Microsoft.Network/locations/operations/read at the subscription.",
  },
} as const;
