/**
 * Runs a command to its end, and ends the process, whatever still runs in it, once all that was printed has been taken
 * (`process.exit` throws away what a slow reader of a pipe has not). A fault is printed and ends it with exit code 1.
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
