import { catalog } from "./catalog";

/** The process of one benchmark: runs it and hands its rows to the parent. */
async function main(): Promise<void> {
  const load = catalog[process.argv[2] ?? ""];
  if (!load) throw new Error("no such benchmark");
  const { benchmark } = await load();
  const { name, title } = benchmark;
  const rows = await benchmark.run();
  process.send?.({ name, title, rows }, () => process.exit(0));
}

main().catch((fault: unknown) => {
  console.error(fault);
  process.exit(1);
});
