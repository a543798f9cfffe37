// A header that a definition led to: to read, over the page, at its line.
import type { DefinitionReport } from '../lab/api.ts';
import { colouredLines } from './c-tokens.ts';
import { element } from './dom.ts';
import type { Strings } from './strings.ts';

export function showHeader({ span, text }: DefinitionReport, strings: Strings): void {
  const lines = colouredLines(text ?? '');
  const target = lines[span.line - 1];
  target?.classList.add('found');
  const dialog = element(
    'dialog',
    { class: 'header-view', 'aria-label': span.file },
    element(
      'form',
      { method: 'dialog' },
      element('code', { translate: 'no' }, span.file),
      element('button', { type: 'submit' }, strings.close),
    ),
    element(
      'pre',
      { class: 'code numbered', tabindex: 0, role: 'group', 'aria-label': span.file, translate: 'no' },
      element('code', { lang: 'en' }, ...lines),
    ),
  );
  dialog.addEventListener('close', () => dialog.remove());
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
  target?.scrollIntoView({ block: 'center' });
}
