// One refusal as the pieces of a diagnosis see it, and the notes that they make of it.
import { fillTemplate, type DiagnosticArguments, type DiagnosticNote, type Span } from '../diagnostics/diagnostic.ts';
import { NOTES, type Problem } from './catalogue.ts';
import type { FailingPath } from './path.ts';
import { sourceLineAt, type ExplainedProgram } from './program.ts';
import type { RegisterState } from './records.ts';

/** The statement on the line that an instruction was made from; null without line information. */
export function spanAt(program: ExplainedProgram, slot: number): Span | null {
  const row = sourceLineAt(program, slot);
  if (!row) return null;
  const first = row.text.length - row.text.trimStart().length + 1;
  const column = row.column > 0 ? row.column : first;
  const end = Math.max(row.text.trimEnd().length + 1, column + 1);
  return { file: row.file, line: row.line, column, endLine: row.line, endColumn: end };
}

/** One note: English from the catalogue, the rest by its code. */
export function note(code: string, template: string, args: DiagnosticArguments, span: Span | null): DiagnosticNote {
  return { code, message: fillTemplate(template, args), args, span };
}

export const catalogueNote = (code: string, args: DiagnosticArguments, span: Span | null): DiagnosticNote =>
  note(code, NOTES[code] ?? code, args, span);

/** Everything the pieces of a diagnosis look at. */
export interface Refusal {
  readonly program: ExplainedProgram;
  readonly path: FailingPath;
  readonly problem: Problem;
  /** slot of the instruction that failed; -1 before the walk */
  readonly slot: number;
  /** index of that instruction's step in the path; -1 before the walk */
  readonly step: number;
  readonly frame: number;
  /** the register that the message is about, -1: none */
  readonly register: number;
  /** what was known of it */
  readonly state: RegisterState | null;
  readonly args: DiagnosticArguments;
}
