import { simulate } from "../../support/simulate-command";

// World 18 has the theme comesAgain, with two contents of one request: its rejection is named after the id of the
// message.
test.each<[string, number, string[], string[]]>([
  ["world", 18, [], ["host", "sent", "request-conflict"]],
  ["world", 2_764_115_907, [], ["host"]],
  ["small world", 2_764_115_907, ["--small"], ["host", "sent", "published"]],
])(
  "two processes write the same journal of %s %i, byte for byte, step by step",
  async (_what, seed, options, kinds) => {
    const replay = () => simulate(...options, "--replay", String(seed));
    const [first, second] = await Promise.all([replay(), replay()]);

    expect(first.summary).toMatchObject({ runs: 1, firstSeed: seed });
    for (const kind of kinds)
      expect(
        first.lines.filter((line) => /^ *\d+ {2}[\d:.]{12} {2}/.test(line) && line.includes(kind)),
      ).not.toEqual([]);
    expect(second.lines).toEqual(first.lines);
  },
  120_000,
);
