// Kernel mode in the lab: a machine with the simulated kernel's own C in memory, modules in and out, patches built and booted, the log. What
// `make`, insmod, rmmod, lsmod and dmesg do on a real machine. Reached by dynamic import, as few visits need it.
import { compile } from '../compiler/compile.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { oopsLines, readFaultRecord, stamp, type FaultReport } from '../explain/oops.ts';
import { LINUX_OBJECTS, LINUX_SOURCES } from '../kernel/generated/linux.ts';
import { insmodMessage, KernelMode, type MachineState, type PacketFate } from '../loader/kernel-mode.ts';
import type { Kernel } from '../loader/kernel.ts';
import { isProblem } from '../loader/problems.ts';

export type Files = Readonly<Record<string, string>>;

/** What a compiler makes of kernel-mode C: an object, or why not. */
export interface Built {
  readonly diagnostics: readonly Diagnostic[];
  readonly objects: readonly Uint8Array[] | null;
}

export interface InsertReport {
  readonly diagnostics: readonly Diagnostic[];
  /** "insmod: ERROR: …", "Killed"; '' when the module is in */
  readonly message: string;
  /** 0 or -errno */
  readonly error: number;
}

/** A fault with the line of C that it happened in. */
export interface SourceFault {
  readonly report: FaultReport;
  readonly source: { readonly file: string; readonly line: number; readonly column: number } | null;
}

function decode(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
}

/** The kernel's C as it is, by file name: what a patch changes. */
export const kernelSources: Files = LINUX_SOURCES;

/** Builds the kernel image with some files changed; those that are as they were come from the ordinary build. */
export function buildKernel(changed: Files = {}): Built {
  const files = new Map(Object.entries({ ...LINUX_SOURCES, ...changed }));
  const headerChanged = Object.keys(changed).some((name) => !name.endsWith('.c'));
  const diagnostics: Diagnostic[] = [];
  const objects: Uint8Array[] = [];
  for (const main of files.keys()) {
    if (!main.endsWith('.c')) continue;
    const ready = LINUX_OBJECTS[main];
    if (ready !== undefined && !headerChanged && files.get(main) === LINUX_SOURCES[main]) {
      objects.push(decode(ready));
      continue;
    }
    const result = compile({ files, main, target: 'module' });
    diagnostics.push(...result.diagnostics);
    if (result.object) objects.push(result.object);
  }
  const failed = diagnostics.some((d) => d.severity === 'error');
  return { diagnostics, objects: failed ? null : objects };
}

export class KernelLab {
  readonly mode: KernelMode;
  readonly #kernel: Kernel;
  #image: readonly Uint8Array[] | null = null;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.mode = new KernelMode(kernel);
  }

  /** Restarts the machine with an image: whatever was in memory is gone. `seed` as everywhere. */
  boot(
    image: readonly Uint8Array[] | null = null,
    options: { readonly seed?: number; readonly poison?: boolean } = {},
  ): Diagnostic | null {
    this.#image = image ?? this.#image ?? buildKernel().objects;
    this.#kernel.boot({ seed: options.seed ?? 1 });
    return this.mode.loadImage(this.#image ?? [], options.poison ?? true)?.problem ?? null;
  }

  /** make && insmod NAME.ko name=value …: `main` is one of `files`. */
  insert(files: Files, main: string, parameters: Files = {}): InsertReport {
    const built = compile({ files: new Map(Object.entries(files)), main, target: 'module' });
    if (!built.object) return { diagnostics: built.diagnostics, message: '', error: 0 };
    const name = moduleName(main);
    const result = this.mode.insertModule(name, built.object, parameters);
    if (isProblem(result)) return { diagnostics: [...built.diagnostics, result.problem], message: '', error: 0 };
    const { error } = result;
    const killed = error !== 0 && (this.mode.state() !== 'alive' || this.#kernel.exports.kernelTaskKilled());
    const message = error === 0 ? '' : killed ? 'Killed' : insmodMessage(`${name}.ko`, error);
    return { diagnostics: built.diagnostics, message, error };
  }

  /** rmmod NAME: '' or what it says. */
  remove(name: string): string {
    const error = this.mode.removeModule(name);
    if (error === 0) return '';
    if (error === -2) return `rmmod: ERROR: Module ${name} is not currently loaded`;
    if (error === -16) return `rmmod: ERROR: Module ${name} is in use`;
    return 'Killed';
  }

  /** lsmod */
  list(): string {
    const rows = this.mode.modules().map((m) => `${m.name.padEnd(19)} ${String(m.size).padStart(8)}  ${m.references}`);
    return ['Module                  Size  Used by', ...rows].join('\n');
  }

  /** dmesg: with time stamps, reports of faults among the rest. */
  log(): string[] {
    return this.mode.entries().flatMap((entry) => {
      const lines = entry.kind === 'text' ? [entry.text] : oopsLines(readFaultRecord(entry.record));
      return lines.map((line) => stamp(entry.nanoseconds) + line);
    });
  }

  /** The faults since boot, each with its line of C. */
  faults(): SourceFault[] {
    return this.mode.entries().flatMap((entry): SourceFault[] => {
      if (entry.kind === 'text') return [];
      const report = readFaultRecord(entry.record);
      const line = this.mode.sourceOf(report.rip.address);
      return [{ report, source: line && { file: line.file, line: line.line, column: line.column } }];
    });
  }

  state(): MachineState {
    return this.mode.state();
  }

  receive(frame: Uint8Array, device = 1): { readonly fate: PacketFate; readonly detail: number } {
    return this.mode.receive(frame, device);
  }
}

/** drop-rule.c → drop_rule, as kbuild names modules. */
export function moduleName(main: string): string {
  const base = main.slice(main.lastIndexOf('/') + 1).replace(/\.c$/, '');
  return base.replace(/-/g, '_');
}
