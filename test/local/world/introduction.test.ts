import { execFileSync } from "node:child_process";
import { introduce } from "../../../local/world/introduction";
import { defaultDataDirectory } from "../../../local/world/options";
import { describeWindow } from "../../../local/world/windows-now";

const pair = {
  name: "shop",
  production: "http://127.0.0.1:7080",
  staging: "http://127.0.0.1:7081",
  blue: "b",
  green: "g",
};
const world = {
  ...{
    http: "http://127.0.0.1:7071",
    issuer: "http://127.0.0.1:7073",
    resourceManager: "http://127.0.0.1:7072",
  },
  ...{
    requestQueue: "q",
    eventTopic: "t",
    eventSubscription: "all",
    journal: "http://127.0.0.1:7072/journal",
  },
  ...{ pairs: [pair], notes: [], pid: 1, serviceBusConnectionString: "Endpoint=sb://127.0.0.1;" },
  dataDirectory: defaultDataDirectory(process.env, false),
  tokens: { requester: "r", approver: "a", secondApprover: "b", operator: "o", reader: "d" },
};
const plain = { speed: 1 };

test("prints every address and each person's token variable, never a token", () => {
  const tokens = { ...world.tokens, operator: "eyJsecret" };
  const text = introduce({ ...world, tokens }, plain, new Map([["shop", "open"]]));
  for (const address of [world.http, world.issuer, world.resourceManager, world.journal, pair.production])
    expect(text).toContain(address);
  expect(text).toMatch(/shop +production \S+ +staging \S+ +open$/m);
  expect(text).toContain("TOKEN_REQUESTER TOKEN_APPROVER TOKEN_SECOND_APPROVER TOKEN_OPERATOR TOKEN_READER");
  expect(text).not.toContain("eyJsecret");
});

test.each([
  [world.dataDirectory, []],
  ["/data/a-folder", ["--data", "/data/a-folder"]],
  ["/data/it's a $folder", ["--data", "/data/it's a $folder"]],
])(
  "the command for the variables names the data folder %s if it is not the default",
  (dataDirectory, words) => {
    const text = introduce({ ...world, dataDirectory }, plain, new Map());
    const [, command] = /eval "\$\(npm start --silent -- --env(.*)\)"/.exec(text) ?? [];
    const printed = execFileSync(
      "sh",
      ["-c", `for each in ${command ?? "none"}; do printf '%s\\n' "$each"; done`],
      {
        encoding: "utf8",
      },
    );
    expect(printed.split("\n").filter(Boolean)).toEqual(words);
  },
);

test("a rehearsal prints its file, what its speed divides, and every note", () => {
  const noted = { ...world, notes: ["note one", "note two"] };
  expect(introduce(noted, { speed: 1, pairsFile: "/p.json" }, new Map())).toMatch(
    /Rehearsed: \/p\.json[\s\S]*are as in the file[\s\S]*note one\n {2}note two\n/,
  );
  expect(introduce(noted, { speed: 5, pairsFile: "/p.json" }, new Map())).toContain("are divided by 5");
});

test("says how to pass a closed deployment window only when it is closed", () => {
  const closed = introduce(world, plain, new Map([["shop", "closed (held)"]]));
  expect(closed).toContain('"breakGlass"');
  expect(introduce(world, plain, new Map([["shop", "open"]]))).not.toContain("breakGlass");
});

test.each([
  [{ open: true }, "open"],
  [{ open: false, reasons: [{ code: "held" }] }, "closed (held)"],
  [
    {
      open: false,
      reasons: [{ code: "frozen" }, { code: "outside-window" }],
      nextOpensAt: { local: "Friday" },
    },
    "closed (frozen, outside-window), opens Friday",
  ],
])("formats a deployment window of %j as %s", (window, words) => {
  expect(describeWindow(window)).toBe(words);
});
