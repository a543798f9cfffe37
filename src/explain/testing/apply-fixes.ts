// A text with its suggested fixes put in, for tests: what does the verifier say then?
import type { FixIt } from '../../diagnostics/diagnostic.ts';

/** Lines are replaced from the last to the first, so that the others keep their numbers. */
export function applyFixes(text: string, fixes: readonly FixIt[]): string {
  const lines = text.split('\n');
  for (const { span, text: replacement } of [...fixes].sort((a, b) => b.span.line - a.span.line)) {
    const first = lines[span.line - 1] ?? '';
    const last = lines[span.endLine - 1] ?? '';
    const whole = first.slice(0, span.column - 1) + replacement + last.slice(span.endColumn - 1);
    lines.splice(span.line - 1, span.endLine - span.line + 1, ...whole.split('\n'));
  }
  return lines.join('\n');
}
