// C in, object out: the one entry to the compiler.
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { CompiledFunction } from './codegen/emit.ts';
import { generateFunction } from './codegen/generate.ts';
import { checkConvention, explainStack, INSTEAD } from './codegen/limits.ts';
import type { SelectionError } from './codegen/select.ts';
import { bpfTarget, moduleTarget } from './codegen/target.ts';
import { parseUnit } from './front.ts';
import { UnitBuilder } from './ir/unit.ts';
import { writeObject } from './object/object.ts';
import { optimize } from './optimize/pipeline.ts';
import type { TranslationUnit } from './tree.ts';

/** Where source text comes from: a Map does; the command line answers from the disk. */
export interface SourceFiles {
  get(path: string): string | undefined;
}

export interface CompileOptions {
  /** every file that #include may reach besides the built-in headers, by path */
  readonly files: SourceFiles;
  /** which of them is the translation unit */
  readonly main: string;
  /** -I, in order */
  readonly includePaths?: readonly string[];
  /** -D; a missing value is "1" */
  readonly defines?: Readonly<Record<string, string>>;
  readonly cpu?: 'v1' | 'v2' | 'v3' | 'v4';
  readonly target?: 'bpf' | 'module';
  /** false: an object without BTF, which only kernel-mode code can do without */
  readonly debugInfo?: boolean;
  /** false: --no-builtin-headers */
  readonly builtinHeaders?: boolean;
  /** a name that stands where the editor's cursor is: the front end tells what is in sight there */
  readonly probe?: string;
}

export interface CompiledProgram {
  readonly name: string;
  readonly section: string;
  readonly instructions: number;
}

export interface CompileResult {
  /** null when there was an error */
  readonly object: Uint8Array | null;
  readonly diagnostics: readonly Diagnostic[];
  readonly programs: readonly CompiledProgram[];
}

/**
 * Compiles one translation unit. Whatever the source is, the result is an object or diagnostics that say why there is
 * none; an exception would be a bug of ours.
 */
export function compile(options: CompileOptions): CompileResult {
  const front = parseUnit(options);
  if (!front.unit) return { object: null, diagnostics: front.diagnostics, programs: [] };
  const back = generate(front.unit, options);
  return { ...back, diagnostics: [...front.diagnostics, ...back.diagnostics] };
}

/** From the typed tree to the object. */
export function generate(
  unit: TranslationUnit,
  options: Pick<CompileOptions, 'cpu' | 'target' | 'debugInfo'>,
): CompileResult {
  const builder = new UnitBuilder(unit, options.target ?? 'bpf');
  const failed = (): boolean => builder.diagnostics.some((d) => d.severity === 'error');
  const refused = (): CompileResult => ({ object: null, diagnostics: builder.diagnostics, programs: [] });
  try {
    const module = builder.build();
    if (failed()) return refused();
    const report = optimize(module);
    for (const { inst } of report.tooLong) {
      const name = inst.op === 'memcpy' ? "'memcpy'" : "'memset'";
      builder.report('C903', inst.at, 'A call to built-in function {name} is not supported.', { name });
    }
    for (const { at } of report.notUnrolled) {
      builder.report(
        'C912',
        at,
        'loop not unrolled: the optimizer was unable to perform the requested transformation; the transformation might be disabled or specified as part of an unsupported transformation ordering',
        {},
        'warning',
      );
    }
    for (const func of report.tooBig) {
      builder.report('C913', func.declaration.at, 'function {name} is too large to compile', {
        name: `'${func.name}'`,
      });
    }
    if (failed()) return refused();
    const target = options.target === 'module' ? moduleTarget() : bpfTarget(options.cpu ?? 'v3');
    const functions: CompiledFunction[] = [];
    for (const func of report.functions) {
      if (options.target !== 'module') checkConvention(func, report.recursive.has(func), builder);
      const complain: SelectionError = (code, at, message) => {
        const instead = INSTEAD[code];
        const notes = code === 'C900' ? explainStack(func) : instead ? [{ ...instead, at }] : [];
        builder.report(code, at, message, {}, 'error', notes);
      };
      functions.push(generateFunction(func, target, complain));
    }
    if (failed()) return refused();
    const object = writeObject(unit, functions, module.data, options.debugInfo ?? true);
    const programs = functions.map((f) => ({
      name: f.declaration.name,
      section: f.declaration.attributes.section ?? '.text',
      instructions: f.instructions.length,
    }));
    return { object, diagnostics: builder.diagnostics, programs };
  } catch (error) {
    // only the stack's depth is the source's fault: expressions nested thousands deep
    if (!(error instanceof RangeError && /call stack/i.test(error.message))) throw error;
    builder.report('C914', 0, 'the program is nested too deeply to compile', {});
    return refused();
  }
}
