// "Go to…": what a file declares, as a list over the page, to be chosen from by finger, by arrow keys, or by typing a part of
// a name. The same list for both editors, in the reader's language.
import type { SymbolReport } from '../../lab/api.ts';
import { element } from '../dom.ts';
import { fill } from '../strings.ts';
import type { EditorWords } from './words.ts';
import './go-to.css';

/** Shows the list; `goTo` leads to what was chosen. Whoever closes it without choosing stays where they were. */
export function openGoTo(
  symbols: readonly SymbolReport[],
  words: EditorWords,
  goTo: (line: number, column: number) => void,
): void {
  const fingers = matchMedia('(pointer: coarse)').matches;
  let shown: readonly SymbolReport[] = symbols;
  let at = 0;
  const list = element('ul', {
    role: 'listbox',
    id: 'go-to-list',
    'aria-label': words.goTo,
    tabindex: 0,
    // For fingers the list itself has the focus: a field would bring up the keyboard over it.
    autofocus: fingers,
  });
  const field = element('input', {
    type: 'search',
    role: 'combobox',
    'aria-controls': 'go-to-list',
    'aria-expanded': 'true',
    'aria-autocomplete': 'list',
    'aria-label': words.goToFilter,
    placeholder: words.goToFilter,
    autocapitalize: 'off',
    autocomplete: 'off',
    spellcheck: 'false',
    autofocus: !fingers,
  });
  const none = element('p', { class: 'go-to-none', role: 'status' });
  const dialog = element(
    'dialog',
    { class: 'go-to', 'aria-label': words.goTo },
    element(
      'form',
      { method: 'dialog' },
      field,
      element('button', { type: 'submit', formnovalidate: true }, words.close),
    ),
    list,
    none,
  );

  function choose(symbol: SymbolReport | undefined): void {
    if (!symbol) return;
    dialog.close();
    goTo(symbol.span.line, symbol.span.column);
  }

  function mark(next: number): void {
    at = Math.max(0, Math.min(shown.length - 1, next));
    [...list.children].forEach((row, i) => row.setAttribute('aria-selected', String(i === at)));
    const row = list.children[at];
    const owner = row ? row.id : '';
    for (const part of [field, list]) part.setAttribute('aria-activedescendant', owner);
    row?.scrollIntoView({ block: 'nearest' });
  }

  function draw(): void {
    const wanted = field.value.trim().toLowerCase();
    shown = symbols.filter(({ name }) => name.toLowerCase().includes(wanted));
    list.replaceChildren(
      ...shown.map((symbol, i) =>
        element(
          'li',
          { role: 'option', id: `go-to-${i}`, onclick: () => choose(symbol) },
          element('span', { class: 'go-to-kind' }, words.kinds[symbol.kind]),
          element('code', { translate: 'no', lang: 'en' }, symbol.name),
          element('span', { class: 'go-to-line' }, fill(words.line, { line: symbol.span.line })),
        ),
      ),
    );
    none.textContent = shown.length === 0 ? words.goToNone : '';
    list.hidden = shown.length === 0;
    mark(0);
  }

  field.addEventListener('input', draw);
  dialog.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step !== undefined) mark(at + step);
    else if (event.key === 'Enter' && !(event.target instanceof HTMLButtonElement)) choose(shown[at]);
    else return;
    event.preventDefault();
  });
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener('close', () => dialog.remove());
  draw();
  document.body.append(dialog);
  dialog.showModal();
}
