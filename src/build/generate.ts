// Writes src/kernel/generated/: the tables of src/bpf as constants and packed rows for AssemblyScript, which cannot
// read object literals that are typed by interfaces. Run by the ordinary build; nothing generated is committed.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packHelpers } from './pack-helpers.ts';
import { packKfuncs } from './pack-kfuncs.ts';
import { packLinux } from './pack-linux.ts';
import { packContexts } from './pack-contexts.ts';
import { packKernelTypes } from './pack-kernel-types.ts';
import { packCosts } from './pack-costs.ts';
import { packVerifierMessages } from './pack-verifier-messages.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Exported numbers of a module of src/bpf, as AssemblyScript constants. */
async function constants(name: string): Promise<string> {
  const module = (await import(`../bpf/${name}.ts`)) as Record<string, unknown>;
  const lines: string[] = [`// Made from src/bpf/${name}.ts by src/build/generate.ts.`];
  for (const [key, value] of Object.entries(module)) {
    if (typeof value === 'number') lines.push(`export const ${key}: i32 = ${value};`);
    // A layout: one constant a field, the object's name first.
    else if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
      for (const [field, at] of Object.entries(value)) {
        if (typeof at === 'number' && /^\w+$/.test(field)) lines.push(`export const ${key}_${field}: i32 = ${at};`);
      }
    }
  }
  return lines.join('\n') + '\n';
}

/** Writes only what changed, so that a rebuild can be skipped by time stamp. */
function write(path: string, text: string): void {
  const full = root + path;
  mkdirSync(dirname(full), { recursive: true });
  try {
    if (readFileSync(full, 'utf8') === text) return;
  } catch {
    // not there yet
  }
  writeFileSync(full, text);
}

for (const name of ['opcodes', 'limits', 'errno', 'maps', 'syscall', 'programs', 'verifier-records', 'network']) {
  write(`src/kernel/generated/${name}.ts`, await constants(name));
}
write('src/kernel/generated/verifier-messages.ts', packVerifierMessages());
write('src/kernel/generated/helpers.ts', packHelpers());
write('src/kernel/generated/kfuncs.ts', packKfuncs());
write('src/kernel/generated/contexts.ts', packContexts());
write('src/kernel/generated/costs.ts', packCosts());
write('src/kernel/generated/kernel-types.ts', packKernelTypes());
write('src/kernel/generated/linux.ts', packLinux());
