import { execFileSync } from "node:child_process";
import { envLines, variableOf } from "../../../local/world/env-lines";

const tokens = { requester: "r", approver: "a", secondApprover: "b", operator: "o", reader: "d" };
const connection = 'Endpoint=sb://127.0.0.1:5672;SharedAccessKey=it\'s $HOME `x` "y";';
const world = {
  ...{
    http: "http://127.0.0.1:7071",
    issuer: "http://127.0.0.1:7073",
    resourceManager: "http://127.0.0.1:7072",
  },
  ...{ requestQueue: "q", eventTopic: "t", eventSubscription: "all", journal: "j", pairs: [], notes: [] },
  ...{ dataDirectory: "/d", pid: 1, serviceBusConnectionString: connection },
  tokens: { ...tokens, "0b1c2d3e-0000-4000-8000-00000000000a": "n" },
};

test("every line exports one variable", () => {
  for (const line of envLines(world)) expect(line).toMatch(/^export [A-Z_][A-Z0-9_]*='.*'$/);
});

test("a shell that evaluates the lines gets every value exactly and prints nothing", () => {
  const names =
    "HTTP RESOURCE_MANAGER ISSUER SERVICE_BUS TOKEN TOKEN_REQUESTER TOKEN_APPROVER TOKEN_SECOND_APPROVER";
  const all = `${names} TOKEN_OPERATOR TOKEN_READER TOKEN_0B1C2D3E_0000_4000_8000_00000000000A`.split(" ");
  const script = `set -eu; eval "$1"; printf '%s\\n' ${all.map((name) => `"$${name}"`).join(" ")}`;
  const printed = execFileSync("sh", ["-c", script, "sh", envLines(world).join("\n")], {
    encoding: "utf8",
    env: {},
  });
  expect(printed.split("\n")).toEqual([
    ...[world.http, world.resourceManager, world.issuer, connection, "o", "r", "a", "b", "o", "d", "n", ""],
  ]);
});

test.each([
  ["secondApprover", "TOKEN_SECOND_APPROVER"],
  ["approver3", "TOKEN_APPROVER3"],
  ["a b;rm -rf é", "TOKEN_A_B_RM__RF__"],
])("the token of %j is in %s", (person, name) => {
  expect(variableOf(person)).toBe(name);
});
