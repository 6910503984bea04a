import fc from "fast-check";
import { join } from "node:path";
import { createSimulator } from "../../../local/resource-manager";
import { webAnswer } from "../../../local/resource-manager/web-answers";
import { answersFor } from "../../../local/world/own-pairs/own-answers";
import { type OwnFile, type OwnProbe, readOwnFile } from "../../../local/world/own-pairs/own-file";
import { ownScenario } from "../../../local/world/own-pairs/own-scenario";
import { productWaits, rehearsed } from "../../../local/world/own-pairs/rehearsed-file";
import { parsePairsFile } from "../../../src/config/pairs-file";
import { judgeProbe } from "../../../src/domain/cloud-service/probe";
import { defaultPolicy } from "../../../src/domain/policy/policy";
import { addresses, issuesOf, shop } from "../../support/own-pairs";
import { createVirtualClock } from "../../support/virtual-clock";

const sample = readOwnFile(join(__dirname, "../../../pairs.sample.json"));

function policyOf(own: OwnFile, speed: number) {
  const { file } = rehearsed(own, Object.keys(own.pairs).map(addresses), speed);
  expect(issuesOf(file)).toEqual([]);
  return parsePairsFile(JSON.parse(JSON.stringify(file))).policies[0]!;
}

describe("the durations of a pairs file", () => {
  test("have the product's defaults", () => {
    for (const [group, waits] of Object.entries(productWaits)) {
      const product = defaultPolicy[group as keyof typeof defaultPolicy] as unknown as Record<string, number>;
      for (const [name, seconds] of Object.entries(waits))
        expect([group, name, product[`${name}Ms`]]).toEqual([group, name, seconds * 1_000]);
    }
  });

  test("are those of the file when there is no speed; its policy is unchanged", () => {
    const { probes: _, ...played } = policyOf(sample, 1);
    const { probes: __, ...own } = parsePairsFile(JSON.parse(JSON.stringify(sample))).policies[0]!;
    expect(played).toEqual(own);
  });

  test("are divided where the app waits; people's, windows' and call limits stay", () => {
    const own = {
      defaults: { readiness: { stableFor: "4m" } },
      pairs: { shop: { ...shop, soak: { for: "20m" } } },
    };
    const { readiness, soak, swap, queue, verification } = policyOf(own, 60);
    expect(readiness).toEqual({ pollMs: 1_000, stableForMs: 4_000, deadlineMs: 30_000 });
    expect(soak).toMatchObject({ forMs: 20_000, everyMs: 1_000 });
    expect({ queue, verification }).toMatchObject({
      queue: { deadlineMs: 120_000 },
      verification: { pollMs: 1_000, deadlineMs: 5_000 },
    });
    expect(swap).toMatchObject({ claimWindowMs: 60_000, putTimeoutMs: 60_000, operationDeadlineMs: 15_000 });
    const { approval, window } = policyOf(sample, 1_000);
    const { policies } = parsePairsFile(JSON.parse(JSON.stringify(sample)));
    expect({ approval, window }).toEqual({ approval: policies[0]!.approval, window: policies[0]!.window });
  });

  test("stay zero for a soak of zero", () => {
    expect(policyOf({ pairs: { shop: { ...shop, soak: { for: "0s" } } } }, 10).soak.forMs).toBe(0);
  });

  test("are accepted at every speed if the app accepts them", () => {
    const seconds = (max: number) => fc.integer({ min: 1, max }).map((s) => `${s}s`);
    const policy = fc.record(
      {
        readiness: fc.record({ poll: seconds(60), stableFor: seconds(7_200), deadline: seconds(7_200) }),
        verification: fc.record({ poll: seconds(60), deadline: seconds(600) }),
        soak: fc.record({ for: seconds(900), every: seconds(300) }),
        swap: fc.record({ poll: seconds(60), operationDeadline: seconds(600) }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(policy, policy, fc.integer({ min: 1, max: 1_000 }), (defaults, pair, speed) => {
        const own = { defaults, pairs: { shop: { ...shop, ...pair } } };
        fc.pre(issuesOf(own).length === 0);
        expect(issuesOf(rehearsed(own, [], speed).file)).toEqual([]);
      }),
    );
  });
});

describe("the probes of a pairs file", () => {
  const probe = {
    name: "home",
    url: "https://shop.example/health?deep=1",
    incomingUrl: "https://s.example/ready",
  };

  test("call the virtual IPs at their paths, and each is printed", () => {
    const own = { defaults: { probes: [probe] }, pairs: { a: shop, b: { ...shop, probes: [] } } };
    const { file, notes } = rehearsed(own, [addresses("a"), addresses("b")], 1);
    expect(file).toMatchObject({
      pairs: {
        a: {
          probes: [
            {
              name: "home",
              url: "http://127.0.0.1:1/health?deep=1",
              incomingUrl: "http://127.0.0.1:2/ready",
            },
          ],
        },
      },
    });
    expect(JSON.stringify(file)).not.toContain("example");
    expect(notes).toEqual([
      "a, probe home: https://shop.example/health?deep=1 is asked at http://127.0.0.1:1/health?deep=1",
      "a, probe home: https://s.example/ready is asked at http://127.0.0.1:2/ready",
    ]);
  });

  test.each(["http://127.0.0.1:9/x", "http://localhost:9/x", "http://[::1]:9/x", "http://shop.localhost/x"])(
    "at %s, on this machine, are not changed",
    (url) => {
      const own = { pairs: { shop: { ...shop, probes: [{ name: "own", url }] } } };
      const { file, notes } = rehearsed(own, [addresses("shop")], 1);
      expect(file).toMatchObject({ pairs: { shop: { probes: [{ name: "own", url }] } } });
      expect(notes).toEqual([]);
    },
  );

  const expectation = fc.record(
    {
      status: fc.integer({ min: 200, max: 599 }).filter((status) => status !== 204 && status !== 304),
      header: fc.record(
        {
          name: fc.stringMatching(/^X-[A-Za-z]{1,9}$/),
          equals: fc.stringMatching(/^[a-z0-9]{1,9}$/),
          matches: fc.constant("^v"),
        },
        { requiredKeys: ["name"] },
      ),
      json: fc.record({
        path: fc
          .array(
            fc.oneof(
              fc.stringMatching(/^\.[a-z][a-z0-9_-]{0,5}$/),
              fc.integer({ min: 0, max: 9 }).map((i) => `[${i}]`),
            ),
            { minLength: 1, maxLength: 4 },
          )
          .map((steps) => `$${steps.join("")}`),
        equals: fc.oneof(fc.string({ maxLength: 20 }), fc.integer(), fc.boolean(), fc.constant(null)),
      }),
    },
    { requiredKeys: [] },
  );

  test("find what they expect", () => {
    const simulator = createSimulator({
      scenario: ownScenario({ pairs: { shop } }),
      clock: createVirtualClock(),
    });
    const service = simulator.service("shop-blue")!;
    fc.assert(
      fc.property(expectation, (expect_) => {
        const own = { ...probe, expect: expect_ } as OwnProbe;
        const { file } = rehearsed({ pairs: { shop: { ...shop, probes: [own] } } }, [addresses("shop")], 1);
        const asked = parsePairsFile(JSON.parse(JSON.stringify(file))).policies[0]!.probes![0]!;
        for (const url of [asked.url, asked.incomingUrl!]) {
          const { pathname, search } = new URL(url);
          const { status, headers, body } = webAnswer(
            { ...service, answers: answersFor([own]) },
            "i",
            pathname + search,
          );
          const answer = { status, headers, body: JSON.stringify(body), latencyMs: 1 };
          expect(judgeProbe(asked, { kind: "answered", ...answer })).toMatchObject({ verdict: "pass" });
        }
      }),
    );
  });

  test("that expect different things at one path find all of them", () => {
    const at = (json: { path: string; equals: unknown }) => ({
      name: "p",
      url: "https://x.example/h",
      expect: { json },
    });
    const answers = answersFor([at({ path: "$.a.b", equals: 1 }), at({ path: "$.a.c", equals: 2 })]);
    expect(answers).toEqual([{ path: "/h", body: { a: { b: 1, c: 2 } } }]);
  });

  test("omit a header that is compared with a pattern, and a note says so", () => {
    const own = {
      pairs: { shop: { ...shop, probes: [{ ...probe, expect: { header: { name: "x", matches: "^v" } } }] } },
    };
    const { file, notes } = rehearsed(own, [addresses("shop")], 1);
    expect(JSON.stringify(file)).not.toContain("matches");
    expect(notes.at(-1)).toBe("shop, probe home: its header x is not compared with a pattern here");
  });
});

test("prints each calendar once, as file, address or setting", () => {
  const freezes = [{ calendar: "f.ics" }, { calendarSetting: "FEED" }, { from: "a", to: "b", reason: "c" }];
  const own = { defaults: { window: { freezes } }, pairs: { shop: { ...shop, window: { freezes } } } };
  expect(rehearsed(own, [], 1).notes.map((note) => note.split(" is really")[0])).toEqual([
    ...["the calendar f.ics", "the calendar of the setting FEED"],
  ]);
});
