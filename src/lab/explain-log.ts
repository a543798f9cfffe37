// What does a log say that a real Linux printed? The same diagnostic as of a program that was refused here.
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { explain, readLog } from '../explain/index.ts';

export interface ExplainedLog {
  /** null: the log tells of no refusal that is known here */
  readonly diagnostic: Diagnostic | null;
  /** lines (from 1) that are not understood */
  readonly unknown: readonly number[];
}

/** @param text a verifier log in whatever it was wrapped: libbpf's prefixes, a journal's, a quotation */
export function explainLog(text: string): ExplainedLog {
  const { records, program, unknown } = readLog(text);
  return { diagnostic: explain(records, program).diagnostic, unknown };
}
