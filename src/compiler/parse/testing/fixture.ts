// Reads C fixtures in which the expected diagnostics are drawn under the lines that they are about:
//
//     int f(void) { return x; }
//     //                   ^ C300 use of undeclared identifier 'x'
//
// As many ^ as the range is long (on its first line), then the code and the English message. A line with `// not as clang` has
// diagnostics of our own, or none where clang has one; `fatal` is what clang calls the message that ends a list.
import type { Diagnostic } from '../../../diagnostics/diagnostic.ts';

const DRAWN = /^\s*\/\/ *(\^+) (C\d+) (.*)$/;

export interface Expectation {
  /** of the fixture with the drawings, from 1 */
  readonly line: number;
  readonly column: number;
  readonly length: number;
  readonly code: string;
  readonly message: string;
}

/** The expectations drawn in a fixture; each belongs to the last line before it that is no drawing. */
export function expectations(text: string): Expectation[] {
  const found: Expectation[] = [];
  let subject = 0;
  text.split('\n').forEach((line, i) => {
    const match = DRAWN.exec(line);
    if (!match) {
      subject = i + 1;
      return;
    }
    const [, carets = '', code = '', message = ''] = match;
    found.push({ line: subject, column: line.indexOf('^') + 1, length: carets.length, code, message });
  });
  return found;
}

/** A fixture without its drawings, and the line in it for each line of the result. */
export function withoutDrawings(text: string): string {
  return text
    .split('\n')
    .filter((line) => !DRAWN.test(line))
    .join('\n');
}

function rangeLength(diagnostic: Diagnostic, line: string): number {
  const { span } = diagnostic;
  if (!span) return 1;
  const end = span.endLine === span.line ? span.endColumn : line.length + 1;
  return Math.max(1, end - span.column);
}

/** The source with its diagnostics drawn in, as the fixture should look. */
export function draw(source: string, diagnostics: readonly Diagnostic[]): string {
  const lines = source.split('\n');
  const drawn = lines.map((line, i) => {
    const here = diagnostics.filter((diagnostic) => diagnostic.span?.line === i + 1);
    here.sort((a, b) => (a.span?.column ?? 0) - (b.span?.column ?? 0));
    return [
      line,
      ...here.map((diagnostic) => {
        const column = diagnostic.span?.column ?? 1;
        const carets = '^'.repeat(rangeLength(diagnostic, line));
        return `//${' '.repeat(Math.max(column - 3, 0))}${carets} ${diagnostic.code} ${diagnostic.message}`;
      }),
    ].join('\n');
  });
  return drawn.join('\n');
}
