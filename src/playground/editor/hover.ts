// What a name is, as elements: its declaration in C, its measures, and in the reader's language what a helper does.
import type { HoverReport, SignatureReport } from '../../lab/api.ts';
import { colouredLines } from '../c-tokens.ts';
import { element } from '../dom.ts';
import { fill } from '../strings.ts';
import type { EditorLanguage } from './editor.ts';
import type { EditorWords } from './words.ts';

function code(text: string): HTMLElement {
  return element(
    'pre',
    { class: 'hover-code', translate: 'no' },
    element('code', { lang: 'en' }, ...colouredLines(text)),
  );
}

/** "4 bytes · at byte 12" */
export function measures(report: HoverReport, words: EditorWords): string {
  const parts: string[] = [];
  if (report.size !== null) parts.push(fill(words.size, { count: report.size }));
  if (report.offset !== null) parts.push(fill(words.offset, { count: report.offset }));
  return parts.join(' · ');
}

/** `leave`: the reader goes to the declaration, so that what hovers can be taken away. */
export async function hoverElement(
  report: HoverReport,
  language: EditorLanguage,
  words: EditorWords,
  leave: () => void,
): Promise<HTMLElement> {
  const documentation = report.about === null ? null : await language.about(report.about);
  const facts = measures(report, words);
  return element(
    'div',
    { class: 'hover' },
    code(report.declaration),
    facts === '' ? null : element('p', { class: 'hover-facts' }, facts),
    report.value === null
      ? null
      : element('p', { class: 'hover-facts' }, element('code', { translate: 'no' }, `= ${report.value}`)),
    documentation === null ? null : element('p', {}, documentation),
    report.comment === null ? null : element('p', { class: 'hover-comment' }, report.comment),
    report.origin === null
      ? null
      : element(
          'p',
          { class: 'hover-facts' },
          fill(words.declared, { file: report.origin.file, line: report.origin.line }),
        ),
    report.declared ? declarationButton(report, language, words, leave) : null,
  );
}

function declarationButton(
  { span }: HoverReport,
  language: EditorLanguage,
  words: EditorWords,
  leave: () => void,
): HTMLElement {
  const button = element('button', { type: 'button', class: 'hover-declaration' }, words.goToDeclaration);
  // The press must not take the focus from the editor: what hovers would be gone before it is a click.
  for (const press of ['pointerdown', 'mousedown']) button.addEventListener(press, (event) => event.preventDefault());
  button.addEventListener('click', () => {
    leave();
    void language.define({ line: span.line, column: span.column });
  });
  return button;
}

/** A call's prototype with the argument that is being written set off, and what the function does. */
export function signatureElement(report: SignatureReport, documentation: string | null): HTMLElement {
  const [from, to] = report.parameters[report.active] ?? [0, 0];
  return element(
    'div',
    { class: 'hover signature' },
    element(
      'code',
      { lang: 'en', translate: 'no' },
      report.label.slice(0, from),
      element('mark', {}, report.label.slice(from, to)),
      report.label.slice(to),
    ),
    documentation === null ? null : element('p', {}, documentation),
  );
}
