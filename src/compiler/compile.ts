// C in, object out: the one entry to the compiler.
import type { Diagnostic } from '../diagnostics/diagnostic.ts';

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
  /** false: --no-builtin-headers */
  readonly builtinHeaders?: boolean;
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
