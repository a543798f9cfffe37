// What is wrong, and where: diagnostics as a list beneath the code. First our explanation in the page's language, then
// Linux's or the compiler's own wording, which is what a reader will search for, then how it came to that and what helps.
import type { Diagnostic, DiagnosticNote, FixIt } from '../diagnostics/diagnostic.ts';
import { drawing, element } from './dom.ts';
import type { Explain } from './explanations.ts';
import { sentence } from './sentence.ts';
import { fill, type Strings } from './strings.ts';
import './outcome.css';

export interface ProblemActions {
  goTo(file: string, line: number, column: number): void;
  /** what mends it; null while the text cannot be changed in place */
  fix(fix: FixIt): (() => void) | null;
}

/** More than these are follow-ups of the first. */
const MOST_PROBLEMS = 20;

const sign = '<path d="M7 1h6l6 6v6l-6 6H7l-6-6V7z"/><path d="M10 5.5v5.5M10 14.2v.1"/>';

/** As it is read by itself: without the indentation that it has in the program. */
function withoutIndent(text: string): string {
  const indent = /^[ \t]*/.exec(text)?.[0] ?? '';
  return text.trim().replaceAll(`\n${indent}`, '\n');
}

/** The wording of Linux or of the compiler: what stands on the line itself. */
export function originalWording({ args, message }: Diagnostic): string {
  const linux = args['linux'];
  return typeof linux === 'string' && linux !== '' ? linux : message;
}

/** Notes with a place of their own: what they say is set apart from the path that led to the problem. */
const isPart = (note: DiagnosticNote, part: 'expected' | 'suggestion'): boolean => note.code.endsWith(`.${part}`);
const isCategory = (note: DiagnosticNote): boolean => note.code.startsWith('V-category');
/** What is known where the path ends, in Linux's notation and in words. */
const isKnown = (note: DiagnosticNote): boolean => /^V-(known|type\.|range|reach)/.test(note.code);
/** Repeats the wording that is shown already. */
const isWording = (note: DiagnosticNote): boolean => note.code === 'V-linux';

/** Where the reference tells of a refusal: the page of its category, by its code. */
const referenceOf = ({ code }: Diagnostic, category: DiagnosticNote): string =>
  `${import.meta.env.BASE_URL.replace(/\/$/, '')}/${document.documentElement.lang}/reference/messages/${category.code.replace('V-category.', '')}/#${code}`;

function problemElement(
  diagnostic: Diagnostic,
  file: string,
  strings: Strings,
  explain: Explain,
  actions: ProblemActions,
): HTMLElement {
  const { span, notes } = diagnostic;
  // Only the verifier and the compiler have a wording of their own that people search for.
  const says = { V: strings['kernel-says'], C: strings['compiler-says'] }[diagnostic.code.charAt(0)];
  const original = originalWording(diagnostic);
  const explanation = explain(diagnostic) ?? diagnostic.message;
  const words = (note: DiagnosticNote): string => explain(note) ?? note.message;
  const category = notes.find(isCategory);
  const place =
    span === null
      ? null
      : element(
          'button',
          { type: 'button', onclick: () => actions.goTo(span.file, span.line, span.column) },
          span.file === file ? '' : `${span.file}, `,
          fill(strings.line, { line: span.line }),
        );
  // In the order in which the program comes by; what is known at the end stands at the end.
  const path = notes
    .filter((note) => !isPart(note, 'expected') && !isPart(note, 'suggestion') && !isCategory(note) && !isWording(note))
    .sort((a, b) => Number(isKnown(a)) - Number(isKnown(b)));
  const part = (name: 'expected' | 'suggestion', label: string): HTMLElement | null => {
    const note = notes.find((candidate) => isPart(candidate, name));
    return note ? element('p', { class: name }, element('span', { class: 'label' }, label), ` ${words(note)}`) : null;
  };
  const fixes = diagnostic.fixes.flatMap((fix) => {
    const mend = actions.fix(fix);
    if (!mend) return [];
    const code = element('code', { lang: 'en', translate: 'no' }, withoutIndent(fix.text));
    return [element('button', { type: 'button', class: 'fix', onclick: mend }, `${strings.fix} `, code)];
  });
  return element(
    'div',
    { class: `problem ${diagnostic.severity}`, 'data-code': diagnostic.code, 'data-line': span?.line },
    drawing('0 0 20 20', sign),
    element(
      'div',
      {},
      element(
        'p',
        { class: 'problem-place' },
        place,
        category ? element('span', { class: 'category' }, words(category)) : null,
      ),
      explanation === original && says !== undefined
        ? null
        : element('p', { class: 'explanation' }, sentence(explanation)),
      says === undefined
        ? null
        : element(
            'p',
            { class: 'kernel-message' },
            `${says} `,
            element('code', { lang: 'en', translate: 'no' }, original),
          ),
      path.length === 0
        ? null
        : element(
            'ol',
            { class: 'path' },
            ...path.map((note) =>
              element(
                'li',
                {},
                sentence(`${note.span ? `${fill(strings.line, { line: note.span.line })}: ` : ''}${words(note)}`),
              ),
            ),
          ),
      part('expected', strings['expected-note']),
      part('suggestion', strings.suggestion),
      category
        ? element(
            'p',
            { class: 'about-message' },
            element('a', { href: referenceOf(diagnostic, category) }, strings['about-message']),
          )
        : null,
      ...fixes,
    ),
  );
}

export function renderProblems(
  diagnostics: readonly Diagnostic[],
  file: string,
  strings: Strings,
  explain: Explain,
  actions: ProblemActions,
): HTMLElement[] {
  return diagnostics
    .slice(0, MOST_PROBLEMS)
    .map((diagnostic) => problemElement(diagnostic, file, strings, explain, actions));
}
