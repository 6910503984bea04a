import { existsSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { catchFault, undone } from "./planted";
import { plantedFaults } from "./planted-faults";

test.each(plantedFaults.map((fault) => [fault.name, fault] as const))(
  "the text of '%s' occurs exactly once in the compiled product",
  (_name, fault) => {
    expect(() => undone(fault)).not.toThrow();
  },
);

/** Names that CommonJS and Node define. */
const globals = ["require", "exports", "module", "process", "Buffer", "URL", "URLSearchParams", "setTimeout"]
  .concat([
    "clearTimeout",
    "setImmediate",
    "setInterval",
    "clearInterval",
    "fetch",
    "AbortSignal",
    "performance",
  ])
  .concat(["AbortController", "TextDecoder", "console", "__dirname", "structuredClone"])
  .map((name) => `declare const ${name}: any;`);

/** The names that files use without a declaration, by file. */
function undeclared(files: ReadonlyMap<string, string>): string[] {
  const options = { allowJs: true, checkJs: true, noEmit: true, noResolve: true, types: [] };
  const target = { target: ts.ScriptTarget.ES2022, lib: ["lib.es2022.d.ts"] };
  const all = new Map([["globals.d.ts", globals.join("\n")], ...files]);
  const host = ts.createCompilerHost({ ...options, ...target });
  const given = host.getSourceFile.bind(host);
  host.getSourceFile = (name, ...rest) => {
    const text = all.get(name);
    return text === undefined
      ? given(name, ...rest)
      : ts.createSourceFile(name, text, ts.ScriptTarget.ES2022);
  };
  const program = ts.createProgram([...all.keys()], { ...options, ...target }, host);
  return [...files.keys()].flatMap((name) =>
    program
      .getSemanticDiagnostics(program.getSourceFile(name))
      .filter(({ messageText }) =>
        /^Cannot find name/.test(ts.flattenDiagnosticMessageText(messageText, " ")),
      )
      .map(({ messageText }) => `${name} ${ts.flattenDiagnosticMessageText(messageText, " ")}`),
  );
}

test("no planted fault uses a name that its file does not declare", () => {
  const files = plantedFaults.map((fault) => [`${fault.name}.js`, undone(fault)] as const);
  expect(undeclared(new Map(files))).toEqual([]);
}, 60_000);

test("an undeclared name would be found", () => {
  expect(undeclared(new Map([["a.js", "const a = 1; exports.b = a + c;"]]))).toEqual([
    "a.js Cannot find name 'c'.",
  ]);
});

test("every planted fault has its own name", () => {
  expect(new Set(plantedFaults.map(({ name }) => name)).size).toBe(plantedFaults.length);
});

test("each unit test that alone catches a fault exists", () => {
  const missing = plantedFaults.flatMap(({ onlyBy }) =>
    onlyBy && !existsSync(join(__dirname, "../../unit", onlyBy.test)) ? [onlyBy.test] : [],
  );
  expect(missing).toEqual([]);
});

test("an execution that does not wait for its claim is caught within five worlds", async () => {
  const fault = plantedFaults.find(({ name }) => name === "skip the claim");
  expect(await catchFault(fault!, 5)).toMatchObject({ invariant: "I8" });
}, 60_000);
