// Compiles the simulated kernel (AssemblyScript) to WebAssembly:
//   kernel.wasm        what ships                                       entry src/kernel/index.ts
//   test-NAME.wasm     the parts of one folder, exported for its tests  entry src/kernel/NAME/exports.ts, never shipped
// Usage: kernel.ts [NAME…]; without names, everything. A file that is newer than all its sources is left alone.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import binaryen from 'binaryen';
import asc from 'assemblyscript/asc';

/**
 * A load of 32 bits into 32 bits has no sign, but AssemblyScript notes one for load<i32>, and Binaryen's optimizer (131) believes it
 * when it joins such a load with an extension: <u64>(<u32>load<i32>(at)) became a sign-extending load. So the note is taken off.
 */
type MakeLoad = (
  ...args: [
    module: number,
    bytes: number,
    signed: number,
    offset: number,
    align: number,
    type: number,
    ...rest: number[],
  ]
) => number;
const maker = binaryen as unknown as { _BinaryenLoad: MakeLoad };
const makeLoad = maker._BinaryenLoad;
maker._BinaryenLoad = (module, bytes, signed, offset, align, type, ...rest) =>
  makeLoad(module, bytes, bytes === 4 && type === binaryen.i32 ? 0 : signed, offset, align, type, ...rest);

const root = fileURLToPath(new URL('../../', import.meta.url));
const kernel = 'src/kernel';

/** The runtime is `minimal`: no shadow stack; the host calls __collect between two system calls, when no frame is live. */
const flags = ['-O3', '--noAssert', '--runtime', 'minimal', '--importMemory', '--exportRuntime', '--exportTable'];

function newestSource(folder: string): number {
  let newest = 0;
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) newest = Math.max(newest, newestSource(path));
    else if (entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts'))
      newest = Math.max(newest, statSync(join(root, path)).mtimeMs);
  }
  return newest;
}

/**
 * The shipped kernel keeps the memory below this for itself: src/kernel/memory/layout.ts (MODULE_BASE). Whoever makes its
 * WebAssembly.Memory gives it at least INITIAL_PAGES.
 */
const MODULE_BASE = 0x4100000;
const INITIAL_PAGES = 1056;
const kernelFlags = ['--memoryBase', String(MODULE_BASE), '--initialMemory', String(INITIAL_PAGES)];

async function compile(entry: string, output: string, more: readonly string[] = []): Promise<void> {
  const out = `${kernel}/generated/${output}`;
  if (existsSync(join(root, out)) && statSync(join(root, out)).mtimeMs > newestSource(kernel)) return;
  const messages = asc.createMemoryStream();
  const { error } = await asc.main([entry, '--outFile', out, ...flags, ...more], {
    stderr: messages,
    readFile: (name, base) => {
      try {
        return readFileSync(join(base, name), 'utf8');
      } catch {
        return null;
      }
    },
  });
  if (error) {
    console.error(new TextDecoder().decode(messages.toBuffer()));
    console.error(`${out}: ${error.message}`);
    process.exitCode = 1;
  }
}

process.chdir(root);
const parts = readdirSync(join(root, kernel)).filter((name) => existsSync(join(root, kernel, name, 'exports.ts')));
const wanted = process.argv.slice(2);
if (wanted.length === 0 || wanted.includes('kernel')) await compile(`${kernel}/index.ts`, 'kernel.wasm', kernelFlags);
for (const part of parts) {
  if (wanted.length === 0 || wanted.includes(part)) await compile(`${kernel}/${part}/exports.ts`, `test-${part}.wasm`);
}
