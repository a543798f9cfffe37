// The simulated kernel alone, for commands that neither compile C nor explain: they start faster without the lab.
import { readFileSync } from 'node:fs';
import { Kernel } from '../loader/kernel.ts';
import { UsageError } from './usage.ts';

const FILE = new URL('../kernel/generated/kernel.wasm', import.meta.url);

export async function startKernel(): Promise<Kernel> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = readFileSync(FILE);
  } catch {
    throw new UsageError("lab: the simulated kernel is not built yet; run 'npm run prepare:kernel' first");
  }
  return Kernel.create(await WebAssembly.compile(bytes));
}
