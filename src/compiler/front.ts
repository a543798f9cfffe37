// The front end: C source → typed tree and diagnostics.
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { CompileOptions } from './compile.ts';
import type { TranslationUnit } from './tree.ts';

export interface FrontEndResult {
  /** null when any diagnostic is an error: then there is nothing to generate code from */
  readonly unit: TranslationUnit | null;
  readonly diagnostics: readonly Diagnostic[];
  /** what could be understood, errors or not: for the editor. A function with an error has `body: null`. */
  readonly partial: TranslationUnit | null;
}

export function parseUnit(_options: CompileOptions): FrontEndResult {
  return { unit: null, diagnostics: [], partial: null };
}
