// What is wrong, and where: diagnostics as a list beneath the code, each with Linux's or the compiler's own wording and
// the explanation in the page's language.
import type { Diagnostic, FixIt } from '../diagnostics/diagnostic.ts';
import { drawing, element } from './dom.ts';
import type { Explain } from './explanations.ts';
import { fill, type Strings } from './strings.ts';

export interface ProblemActions {
  goTo(line: number, column: number): void;
  /** null while the text cannot be changed in place */
  fix: ((fix: FixIt) => void) | null;
}

const sign = '<path d="M7 1h6l6 6v6l-6 6H7l-6-6V7z"/><path d="M10 5.5v5.5M10 14.2v.1"/>';

export function renderProblems(
  diagnostics: readonly Diagnostic[],
  file: string,
  strings: Strings,
  explain: Explain,
  actions: ProblemActions,
): HTMLElement[] {
  return diagnostics.slice(0, 20).map((diagnostic) => {
    const { span } = diagnostic;
    const explanation = explain(diagnostic);
    const says = diagnostic.code.startsWith('V') ? strings['kernel-says'] : strings['compiler-says'];
    const place =
      span &&
      (span.file === file
        ? element(
            'button',
            { type: 'button', onclick: () => actions.goTo(span.line, span.column) },
            fill(strings.line, { line: span.line }),
          )
        : element('span', {}, `${span.file}, ${fill(strings.line, { line: span.line })}`));
    const fixes = actions.fix
      ? diagnostic.fixes.map((fix) =>
          element(
            'button',
            { type: 'button', onclick: () => actions.fix?.(fix) },
            `${strings.fix}: `,
            element('code', {}, fix.text.trim()),
          ),
        )
      : [];
    const notes = diagnostic.notes.map((note) =>
      element(
        'li',
        {},
        note.span ? `${fill(strings.line, { line: note.span.line })}: ` : '',
        explain(note) ?? note.message,
      ),
    );
    return element(
      'div',
      { class: `problem ${diagnostic.severity}`, 'data-code': diagnostic.code, 'data-line': span?.line },
      drawing('0 0 20 20', sign),
      element(
        'div',
        {},
        place && element('p', { class: 'problem-place' }, place),
        explanation === null ? null : element('p', { class: 'explanation' }, explanation),
        element(
          'p',
          { class: 'kernel-message' },
          `${says} `,
          element('code', { lang: 'en', translate: 'no' }, diagnostic.message),
        ),
        notes.length > 0 ? element('ul', {}, ...notes) : null,
        ...fixes,
      ),
    );
  });
}
