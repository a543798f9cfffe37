// The simulated kernel for the command line: the same module that the page loads.
import { readFileSync } from 'node:fs';
import { LabEngine, type LabOptions } from '../lab/lab.ts';
import { UsageError } from './usage.ts';

const FILE = new URL('../kernel/generated/kernel.wasm', import.meta.url);

export async function startLab(options: LabOptions = {}): Promise<LabEngine> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = readFileSync(FILE);
  } catch {
    throw new UsageError("lab: the simulated kernel is not built yet; run 'npm run prepare:kernel' first");
  }
  return LabEngine.create(await WebAssembly.compile(bytes), {
    now: () => Number(process.hrtime.bigint()) / 1e6,
    ...options,
  });
}
