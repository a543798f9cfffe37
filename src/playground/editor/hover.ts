// What a name is, as elements: its declaration in C, its measures, and in the reader's language what a helper does.
import type { HoverReport, SignatureReport } from '../../lab/api.ts';
import { colouredLines } from '../c-tokens.ts';
import { element } from '../dom.ts';
import { fill } from '../strings.ts';
import type { EditorLanguage, EditorWords } from './editor.ts';

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

export async function hoverElement(
  report: HoverReport,
  language: EditorLanguage,
  words: EditorWords,
): Promise<HTMLElement> {
  const documentation = report.helper === null ? null : await language.helper(report.helper);
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
  );
}

/** A call's prototype with the argument that is being written set off. */
export function signatureElement(report: SignatureReport): HTMLElement {
  const [from, to] = report.parameters[report.active] ?? [0, 0];
  return element(
    'div',
    { class: 'hover signature', translate: 'no' },
    element(
      'code',
      { lang: 'en' },
      report.label.slice(0, from),
      element('mark', {}, report.label.slice(from, to)),
      report.label.slice(to),
    ),
  );
}
