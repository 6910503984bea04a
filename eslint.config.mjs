import { builtinModules } from "node:module";
import eslint from "@eslint/js";
import boundaries from "eslint-plugin-boundaries";
import tseslint from "typescript-eslint";

// The modules of src/domain/, each of which may import those before it and no other.
const layers = [
  ["kernel"],
  ["cloud-service", "approval", "audit"],
  ["policy"],
  ["plan"],
  ["swap"],
  ["pair"],
  ["promotion"],
];
const domain = Object.fromEntries(
  layers.flatMap((layer, n) =>
    layer.map((name) => [`domain/${name}`, layers.slice(0, n).flatMap((l) => l.map((m) => `domain/${m}`))]),
  ),
);

// One line per module of src/: who may import whom. Anything not listed is refused; "domain" is all of the above.
const modules = {
  ...domain,
  contracts: ["domain"],
  ports: ["domain"],
  config: ["domain", "contracts"],
  activities: ["domain", "ports"],
  entities: ["domain"],
  orchestrations: ["domain"], // and, as types only, activities and entities
  triggers: ["domain", "contracts", "ports"],
  adapters: ["domain", "ports", "contracts"],
  tools: ["domain", "adapters"], // commands of the product that run outside the host
  app: [
    "domain",
    "contracts",
    "ports",
    "config",
    "activities",
    "entities",
    "orchestrations",
    "triggers",
    "adapters",
  ],
};

// The embedded world lives outside src/. Emulators know neither the product nor each other; world/ assembles them.
// level-log/ looks through the logs of the stores that two of them keep.
const local = {
  "functions-host": [],
  "level-log": [],
  "durable-engine": ["level-log"],
  "service-bus": ["level-log"],
  "resource-manager": [],
  identity: [],
  world: ["functions-host", "durable-engine", "service-bus", "resource-manager", "identity"],
};

const elements = [
  ...Object.keys(modules).map((type) => ({ type, pattern: `src/${type}` })),
  ...Object.keys(local).map((type) => ({ type, pattern: `local/${type}` })),
];

const withDomain = (names) => names.flatMap((name) => (name === "domain" ? Object.keys(domain) : [name]));

const policies = Object.entries({ ...modules, ...local }).map(([module, allowed]) => ({
  from: { element: { type: module } },
  allow: { to: { element: { types: { anyOf: [module, ...withDomain(allowed)] } } } },
}));

policies.push({
  from: { element: { type: "orchestrations" } },
  allow: {
    to: { element: { types: { anyOf: ["activities", "entities"] } } },
    dependency: { kind: "type" },
  },
});

// Packages and Node built-ins each module may reach; domain, ports and activities reach none.
const outside = [
  {
    from: { element: { types: { anyOf: ["app", "adapters", ...Object.keys(local)] } } },
    allow: { to: { module: { origin: ["external", "core"] } } },
  },
  {
    from: { element: { type: "contracts" } },
    allow: { to: { module: { source: ["zod", "jsonc-parser"] } } },
  },
  { from: { element: { type: "tools" } }, allow: { to: { module: { origin: "core" } } } },
  {
    from: { element: { type: "contracts" } },
    allow: { to: { module: { source: ["node:crypto", "node:net"] } } },
  },
  { from: { element: { type: "triggers" } }, allow: { to: { module: { source: "@azure/functions" } } } },
  { from: { element: { type: "config" } }, allow: { to: { module: { source: "zod" } } } },
  { from: { element: { type: "config" } }, allow: { to: { module: { source: "croner" } } } },
  {
    from: { element: { types: { anyOf: ["orchestrations", "entities"] } } },
    allow: { to: { module: { source: "durable-functions" } } },
  },
];

const impure = [
  {
    selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    message: "Take the time as an argument.",
  },
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: "Take the time as an argument.",
  },
  {
    selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
    message: "Randomness breaks replay.",
  },
];

const aFault = "/^(?:fault|cause|error|err|e|thrown)$/";
const flattened = [
  `CallExpression[callee.name='String'][arguments.0.name=${aFault}]`,
  `Property[key.name='detail'] > MemberExpression[object.name=${aFault}]`,
  `CallExpression[callee.object.name=${aFault}][callee.property.name='toString']`,
].map((selector) => ({ selector, message: "Log what was caught as `fault`: its causes are told too." }));

export default tseslint.config(
  { ignores: ["dist", "coverage", "**/*.mjs", "test/fixtures"] },
  eslint.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "max-lines": ["error", { max: 300, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ["src/**/*.ts", "local/**/*.ts"],
    plugins: { boundaries },
    settings: {
      "boundaries/elements": elements,
      "import/resolver": { typescript: { alwaysTryTypes: true } },
    },
    rules: {
      "boundaries/dependencies": [
        "error",
        {
          default: "disallow",
          checkAllOrigins: true,
          checkUnknownLocals: true,
          policies: [...outside, ...policies],
        },
      ],
      "boundaries/no-unknown-files": "error",
      "max-lines-per-function": ["error", { max: 60, skipBlankLines: true, skipComments: true }],
      complexity: ["error", { max: 10, variant: "modified" }],
    },
  },
  // One table, built by group.
  { files: ["src/domain/kernel/reason-codes.ts"], rules: { "max-lines": "off" } },
  { files: ["local/**/*.ts"], rules: { complexity: ["error", { max: 15, variant: "modified" }] } },
  {
    files: ["src/{domain,orchestrations,entities}/**/*.ts"],
    rules: {
      "no-restricted-syntax": [
        "error",
        ...impure,
        {
          selector: ":function[async=true][generator=true]",
          message: "An async generator fails at its first yield under Durable Functions.",
        },
      ],
      "no-restricted-globals": ["error", "fetch", "process", "setTimeout", "setInterval"],
      "no-restricted-imports": ["error", { paths: builtinModules.flatMap((m) => [m, `node:${m}`]) }],
    },
  },
  {
    files: ["src/{activities,triggers,adapters,app}/**/*.ts"],
    rules: { "no-restricted-syntax": ["error", ...flattened] },
  },
  {
    // What judges the product's progress shares nothing with it, not even types: it imports its own files alone.
    files: ["test/simulation/rules/progress/*.ts"],
    ignores: ["**/*.test.ts"],
    rules: { "no-restricted-imports": ["error", { patterns: [{ regex: "^(?!\\./[a-z-]+$)" }] }] },
  },
  {
    files: ["test/**/*.ts", "bench/**/*.ts"],
    rules: {
      "@typescript-eslint/no-non-null-assertion": "off",
      // What a durable task yields is untyped by the SDK.
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-return": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unnecessary-condition": "off",
    },
  },
);
