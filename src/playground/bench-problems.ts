// What is wrong with an example's program: on its lines, and as a list beneath the code, with what mends it.
import type { Diagnostic, FixIt } from '../diagnostics/diagnostic.ts';
import type { Bench } from './bench.ts';
import { originalWording, renderProblems } from './problems.ts';
import type { Program } from './programs.ts';
import { markLines } from './still.ts';

export interface BenchProblems {
  /** `calm`: nobody is typing just now, so lines may move to make room for what is wrong with them */
  show(compiled: Program, diagnostics: readonly Diagnostic[], calm?: boolean): void;
}

export function createProblems(bench: Bench): BenchProblems {
  const { files, problems, strings, explanations } = bench;
  /** whose explanations may still be on their way */
  let listed: readonly Diagnostic[] = [];

  function applyFix({ span, text }: FixIt): void {
    const program = files.programs.get(span.file);
    if (!program) return;
    const lines = program.text.split('\n');
    const at = (line: number, column: number): number =>
      lines.slice(0, line - 1).reduce((sum, it) => sum + it.length + 1, 0) + column - 1;
    program.text =
      program.text.slice(0, at(span.line, span.column)) + text + program.text.slice(at(span.endLine, span.endColumn));
    program.editor?.setText(program.text);
    bench.changed(program);
    // The button goes away with what it mended, and the focus with the button: in the editor, Ctrl+Z takes the change back. Not under a
    // finger, where the focus would bring up the keyboard over what was mended; undo is a key of the row there.
    if (!matchMedia('(pointer: coarse)').matches) program.editor?.goTo(span.line, span.column);
  }

  function show(compiled: Program, diagnostics: readonly Diagnostic[], calm = true): void {
    for (const program of files.programs.values()) {
      const here = diagnostics.flatMap((diagnostic) =>
        diagnostic.span?.file === program.file
          ? [{ ...diagnostic.span, severity: diagnostic.severity, message: originalWording(diagnostic) }]
          : [],
      );
      if (program !== compiled && program.kind !== 'header') continue;
      program.diagnostics = diagnostics;
      if (program.editor) program.editor.showProblems(here, calm);
      else if (here.length > 0 || program.still.querySelector('.marked')) markLines(program.still, here);
    }
    if (compiled !== files.main()) return;
    listed = diagnostics;
    const list = (): void =>
      problems.replaceChildren(
        ...renderProblems(diagnostics, files.current().file, strings, explanations.explain, {
          goTo: (file, line, column) => void bench.goTo(file, line, column),
          fix: (fix) => (files.programs.get(fix.span.file)?.editor ? () => applyFix(fix) : null),
        }),
      );
    if (diagnostics.length === 0 || explanations.there) list();
    else {
      void explanations.ready().then(() => {
        if (listed === diagnostics) list();
      });
    }
    problems.hidden = diagnostics.length === 0;
    bench.panels()?.problems(diagnostics.length);
  }

  return { show };
}
