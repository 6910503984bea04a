import { cpus, totalmem } from "node:os";

export interface Machine {
  readonly cores: number;
  readonly cpu: string;
  readonly memoryGiB: number;
  readonly node: string;
  readonly platform: string;
}

export function describeMachine(): Machine {
  const [first] = cpus();
  return {
    cores: cpus().length,
    cpu: first?.model.trim() ?? "unknown",
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
  };
}

export function machineLine({ cores, cpu, memoryGiB, node, platform }: Machine): string {
  return `${cores} cores (${cpu}), ${memoryGiB} GiB memory, Node ${node}, ${platform}`;
}
