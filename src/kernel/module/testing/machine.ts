// A machine with the kernel image in memory, for tests: compiled from src/kernel/linux as the build does it.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compile } from '../../../compiler/compile.ts';
import { oopsText } from '../../../explain/oops.ts';
import { Kernel } from '../../../loader/kernel.ts';
import { KernelMode } from '../../../loader/kernel-mode.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
export const LINUX = `${root}linux/`;

/** Compiles kernel-mode C that must be right. */
export function compileModule(name: string, source: string): Uint8Array {
  const main = `${name}.c`;
  const { object, diagnostics } = compile({ files: new Map([[main, source]]), main, target: 'module' });
  if (!object) throw new Error(diagnostics.map((d) => `${d.span?.line ?? ''}: ${d.message}`).join('\n'));
  return object;
}

/** The image's sources, with some of them replaced. */
export function linuxObjects(changed: Readonly<Record<string, string>> = {}): Uint8Array[] {
  const files = new Map(readdirSync(LINUX).map((name) => [name, changed[name] ?? readFileSync(LINUX + name, 'utf8')]));
  return [...files.keys()]
    .filter((name) => name.endsWith('.c'))
    .map((main) => {
      const { object, diagnostics } = compile({ files, main, target: 'module' });
      if (!object) throw new Error(diagnostics.map((d) => `${main}:${d.span?.line ?? ''}: ${d.message}`).join('\n'));
      return object;
    });
}

let image: Uint8Array[] | null = null;

export class TestMachine {
  readonly kernel: Kernel;
  readonly mode: KernelMode;

  private constructor(kernel: Kernel) {
    this.kernel = kernel;
    this.mode = new KernelMode(kernel);
    this.boot();
  }

  static async create(): Promise<TestMachine> {
    const wasm = readFileSync(`${root}generated/kernel.wasm`);
    return new TestMachine(await Kernel.create(await WebAssembly.compile(wasm)));
  }

  boot(objects: readonly Uint8Array[] = (image ??= linuxObjects()), poison = true): void {
    this.kernel.boot({ seed: 1 });
    const problem = this.mode.loadImage(objects, poison);
    if (problem) throw new Error(problem.problem.message);
  }

  /** insmod of a source; 0 or -errno. */
  insert(name: string, source: string, parameters: Readonly<Record<string, string>> = {}): number {
    const result = this.mode.insertModule(name, compileModule(name, source), parameters);
    if ('problem' in result) throw new Error(result.problem.message);
    return result.error;
  }

  /** dmesg without time stamps. */
  log(): string[] {
    return this.mode.entries().flatMap((entry) => (entry.kind === 'text' ? [entry.text] : oopsText(entry.record)));
  }

  /** What modules and the kernel itself printed, without faults. */
  texts(): string[] {
    return this.mode.entries().flatMap((entry) => (entry.kind === 'text' ? [entry.text] : []));
  }
}

/** An Ethernet frame with an IPv4 packet from 10.2.2.`last` to 10.2.2.2. */
export function packetFrom(last: number, protocol = 1): Uint8Array {
  const frame = new Uint8Array(60);
  frame.set([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0]);
  frame.set([0x45, 0, 0, 46, 0, 1, 0, 0, 64, protocol, 0, 0, 10, 2, 2, last, 10, 2, 2, 2], 14);
  let sum = 0;
  for (let i = 14; i < 34; i += 2) sum += (frame[i] ?? 0) * 256 + (frame[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  frame[24] = (~sum >> 8) & 255;
  frame[25] = ~sum & 255;
  return frame;
}
