/** The part of a world's description that becomes variables. */
interface Exported {
  readonly http: string;
  readonly resourceManager: string;
  readonly serviceBusConnectionString: string;
  readonly issuer: string;
  readonly tokens: Readonly<Record<string, string>> & { readonly operator: string };
}

/** Lines for a POSIX shell: addresses, the operator's token as TOKEN, and each person's as TOKEN_PERSON. */
export function envLines(world: Exported): string[] {
  const { tokens } = world;
  const variables: readonly (readonly [name: string, value: string])[] = [
    ["HTTP", world.http],
    ["RESOURCE_MANAGER", world.resourceManager],
    ["SERVICE_BUS", world.serviceBusConnectionString],
    ["ISSUER", world.issuer],
    ["TOKEN", tokens.operator],
    ...Object.entries(tokens).map(([person, token]) => [variableOf(person), token] as const),
  ];
  return variables.map(([name, value]) => `export ${name}=${quoted(value)}`);
}

/** `secondApprover` becomes TOKEN_SECOND_APPROVER; characters that a shell does not allow become underscores. */
export function variableOf(person: string): string {
  const words = person.replace(/([a-z])([A-Z])/g, "$1_$2");
  return `TOKEN_${words.replace(/[^A-Za-z0-9]/g, "_").toUpperCase()}`;
}

/** Quotes a value as one word of a POSIX shell. */
export function quoted(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`;
}
