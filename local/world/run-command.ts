/**
 * Runs a command to its end, then ends the process after its output was read: `process.exit` drops what a slow reader
 * of a pipe has not read. Prints an error and exits with code 1.
 */
export function runCommand(main: () => Promise<void>): void {
  main()
    .catch((fault: unknown) => {
      console.error(fault);
      process.exitCode = 1;
    })
    .finally(() => {
      process.stdout.write("", () => process.exit());
    });
}
