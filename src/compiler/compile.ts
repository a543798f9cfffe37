// C in, object out: the one entry to the compiler.
import type { Diagnostic } from '../diagnostics/diagnostic.ts';

export interface CompileOptions {
  /** path → text of every file that #include may reach besides the built-in headers */
  readonly files: ReadonlyMap<string, string>;
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
