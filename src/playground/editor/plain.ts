// An editor for fingers: the browser's own text field, so that every keyboard, input method and screen reader works, with
// line numbers beside it and the lines in trouble marked.
import { element } from '../dom.ts';
import type { OpenEditor } from './editor.ts';
import './plain.css';

/** Above this many lines the numbers would cost more than they tell. */
const MOST_NUMBERS = 5000;

export const openPlainEditor: OpenEditor = (host, { text, label, onChange, still }) => {
  // Read now: once it is hidden, an element no longer knows how far it was scrolled.
  const scroll = still.scrollTop;
  const gutter = element('div', { class: 'plain-gutter', 'aria-hidden': 'true' });
  const field = element('textarea', {
    'aria-label': label,
    wrap: 'off',
    spellcheck: 'false',
    autocapitalize: 'off',
    autocomplete: 'off',
    autocorrect: 'off',
    translate: 'no',
    lang: 'en',
  });
  const frame = element('div', { class: 'plain-editor' }, gutter, field);
  host.append(frame);
  let shown = 0;
  let marked = new Set<number>();

  /** The field is as tall as its text, so that field and numbers scroll as one. */
  function measure(): void {
    let lines = 1;
    for (let at = field.value.indexOf('\n'); at >= 0; at = field.value.indexOf('\n', at + 1)) lines++;
    if (lines === shown) return;
    shown = lines;
    field.rows = lines;
    number();
  }
  function number(): void {
    const numbers = Math.min(shown, MOST_NUMBERS);
    gutter.replaceChildren(
      ...Array.from({ length: numbers }, (_, index) =>
        element('div', { class: marked.has(index + 1) ? 'marked' : undefined }, String(index + 1)),
      ),
    );
  }

  field.value = text;
  measure();
  field.setSelectionRange(0, 0);
  requestAnimationFrame(() => (frame.scrollTop = scroll));
  field.addEventListener('input', () => {
    measure();
    onChange();
  });

  return {
    text: () => field.value,
    setText(next) {
      field.value = next;
      measure();
    },
    showProblems(problems) {
      marked = new Set(problems.map((problem) => problem.line));
      number();
    },
    goTo(line, column) {
      let at = 0;
      for (let n = 1; n < line; n++) at = field.value.indexOf('\n', at) + 1 || field.value.length;
      field.focus();
      field.setSelectionRange(at + column - 1, at + column - 1);
      gutter.children[line - 1]?.scrollIntoView({ block: 'center' });
    },
    focus: () => field.focus({ preventScroll: true }),
  };
};
