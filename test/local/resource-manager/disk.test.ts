import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSimulator, type Simulator } from "../../../local/resource-manager";
import { nodeDisk, type Disk } from "../../../local/resource-manager/disk";
import { green, slotOf, world } from "../../support/arm-transports";
import { createVirtualClock, type VirtualClock } from "../../support/virtual-clock";

let folder: string;
let clock: VirtualClock;
let open: Simulator | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "resource-manager-"));
  clock = createVirtualClock();
});
afterEach(() => {
  open?.close();
  open = undefined;
  rmSync(folder, { recursive: true });
});

const file = (name: string) => join(folder, name);
const start = (disk?: Disk) => {
  open?.close();
  open = undefined;
  open = createSimulator({ scenario: world(), dataDirectory: folder, clock, disk });
  return open;
};
const pass = (seconds: number) => {
  clock.advanceTo(clock.now() + seconds * 1000);
};

function call(arm: Simulator, method: string, url: string, body = "") {
  const outcome = arm.handle({ method, url, body, origin: "http://127.0.0.1:1" });
  if (outcome.kind !== "reply") throw new Error(outcome.kind);
  return { status: outcome.reply.status, text: JSON.stringify(outcome.reply.body) };
}
const put = (arm: Simulator, slotType = "Production") =>
  call(arm, "PUT", slotOf(green), JSON.stringify({ properties: { slotType } }));
const calls = (arm: Simulator) =>
  arm.journal.entries.map(({ method, status, effect }) => [method, status, effect]);

/** A disk that is full once `capacity` bytes are taken: it takes what still fits, then refuses. */
function fullDisk(budget: number): Disk & { free(): void } {
  let left = budget;
  return {
    ...nodeDisk,
    write(fd, bytes) {
      if (left <= 0) throw Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
      const taken = nodeDisk.write(fd, bytes.subarray(0, left));
      left -= taken;
      return taken;
    },
    free() {
      left = Infinity;
    },
  };
}

function swappedWorld(): void {
  const arm = start();
  expect(put(arm).status).toBe(202);
  pass(2);
  arm.close();
  open = undefined;
}

test("a state is on disk before its write is answered, and survives a power loss", () => {
  const steps: string[] = [];
  const arm = start({
    ...nodeDisk,
    rename: (from, to) => {
      nodeDisk.rename(from, to);
      steps.push("rename");
    },
    syncFolder: (path) => {
      nodeDisk.syncFolder(path);
      steps.push(`folder ${path === folder ? "of the state" : path}`);
    },
  });
  steps.length = 0;
  expect(put(arm).status).toBe(202);
  expect(steps).toEqual(["rename", "folder of the state"]);
});

test("a record torn by a kill is cut off, and later records are found at every start", () => {
  swappedWorld();
  appendFileSync(file("journal.jsonl"), '1234abcd {"n":1,"at":"20');
  expect(calls(start())).toEqual([["PUT", 202, "swapped"]]);
  expect(put(open!, "Staging").status).toBe(202);
  pass(2);
  const expected = [
    ["PUT", 202, "swapped"],
    ["PUT", 202, "swapped"],
  ];
  expect(calls(start())).toEqual(expected);
  expect(calls(start())).toEqual(expected);
});

test.each([
  ["a changed byte", (text: string) => text.replace('"status":202', '"status":203')],
  ["half a record in the middle", (text: string) => text.replace(/,"effect".*\n/, "\n")],
  ["foreign text", (text: string) => `${text}hello\n`],
])("%s in the journal is a fault that names the file, the line and the remedy", (_what, spoil) => {
  swappedWorld();
  const text = readFileSync(file("journal.jsonl"), "utf8");
  expect(spoil(text)).not.toBe(text);
  writeFileSync(file("journal.jsonl"), spoil(text));
  expect(() => start()).toThrow(
    /journal\.jsonl is damaged at line \d+: restore the folder from a copy, or delete it/,
  );
});

test.each([
  [
    "cut short",
    (path: string) => {
      truncateSync(path, 200);
    },
  ],
  [
    "empty",
    (path: string) => {
      writeFileSync(path, "");
    },
  ],
  [
    "of another kind",
    (path: string) => {
      writeFileSync(path, "{}\n");
    },
  ],
  [
    "changed",
    (path: string) => {
      writeFileSync(path, readFileSync(path, "utf8").replace("Production", "Staging"));
    },
  ],
  [
    "gone",
    (path: string) => {
      rmSync(path);
    },
  ],
])("a state that is %s is a fault that names the file and the remedy", (_what, spoil) => {
  swappedWorld();
  spoil(file("state.json"));
  expect(() => start()).toThrow(/state\.json is damaged.*restore the folder from a copy, or delete it/);
});

test.each([
  ["an effect that the state includes", /"e":0/],
  ["the call of an operation", /"n":0/],
])("a journal that has lost %s is a fault", (_what, lost) => {
  swappedWorld();
  const lines = readFileSync(file("journal.jsonl"), "utf8").split("\n");
  writeFileSync(file("journal.jsonl"), lines.filter((line) => !lost.test(line)).join("\n"));
  expect(() => start()).toThrow(/journal\.jsonl is damaged and has lost records: restore/);
});

test("an effect written without its state is undone, and happens once after a restart", () => {
  const arm = start();
  expect(put(arm).status).toBe(202);
  const before = readFileSync(file("state.json"));
  pass(2);
  arm.close();
  open = undefined;
  writeFileSync(file("state.json"), before);
  clock = createVirtualClock(clock.now());
  const again = start();
  expect([calls(again), again.service("shop-green")?.slot]).toEqual([[["PUT", 202, null]], "Staging"]);
  pass(0);
  expect([calls(again), again.service("shop-green")?.slot]).toEqual([
    [["PUT", 202, "swapped"]],
    "Production",
  ]);
  expect(start().journal.effects).toHaveLength(1);
});

test("on a full disk no PUT is answered 202 without its record, and none is partial", () => {
  swappedWorld();
  const copy = ["journal.jsonl", "state.json"].map((name) => [name, readFileSync(file(name))] as const);
  const stateSize = copy[1]![1].length;
  let refused = 0;
  for (const budget of [0, 1, 300, 700, 1_000, stateSize, stateSize + 800, 2 * stateSize + 2_000]) {
    for (const [name, bytes] of copy) writeFileSync(file(name), bytes);
    const disk = fullDisk(Infinity);
    const arm = start({ ...disk, write: (fd, bytes) => limited.write(fd, bytes) });
    limited = fullDisk(budget);
    const reply = put(arm, "Staging");
    if (reply.status === 500) {
      refused++;
      expect(reply.text).toMatch(
        /WorldDiskFault.*(journal\.jsonl|state\.json) cannot be written \(ENOSPC[^)]*\).*free the disk/,
      );
    }
    limited.free();
    pass(5);
    const { slot } = arm.service("shop-green")!;
    const again = start();
    expect([budget, again.service("shop-green")!.slot]).toEqual([budget, slot]);
    expect(again.journal.effects).toHaveLength(slot === "Staging" ? 2 : 1);
    if (reply.status === 202) expect(slot).toBe("Staging");
  }
  expect(refused).toBeGreaterThan(3);
});
let limited = fullDisk(Infinity);

test("an effect that a full disk holds up comes once there is room", () => {
  let disk = fullDisk(Infinity);
  const arm = start({ ...nodeDisk, write: (fd, bytes) => disk.write(fd, bytes) });
  expect(put(arm).status).toBe(202);
  disk = fullDisk(0);
  pass(10);
  expect([arm.service("shop-green")?.slot, arm.journal.effects.length]).toEqual(["Staging", 0]);
  expect(() => arm.swapByHand("shop-blue")).toThrow(/cannot be written/);
  disk.free();
  pass(1);
  expect([arm.service("shop-green")?.slot, arm.journal.effects.length]).toEqual(["Production", 1]);
  expect(start().service("shop-green")?.slot).toBe("Production");
});

test("a failed sync is a failed write; a torn record that cannot be cut ends writing", () => {
  let broken = false;
  const disk: Disk = {
    ...nodeDisk,
    sync: (fd) => {
      if (broken) throw new Error("EIO: i/o error");
      nodeDisk.sync(fd);
    },
    truncate: (fd, length) => {
      if (broken) throw new Error("EIO: i/o error");
      nodeDisk.truncate(fd, length);
    },
  };
  const arm = start(disk);
  broken = true;
  expect(put(arm)).toMatchObject({ status: 500, text: expect.stringContaining("EIO") });
  broken = false;
  expect(put(arm).status).toBe(500);
  expect(call(arm, "GET", `${green}?api-version=2024-11-04`).status).toBe(500);
});

test("a folder that cannot be written is reported at the start", () => {
  expect(() => start(fullDisk(0))).toThrow(/state\.json cannot be written \(ENOSPC/);
});
