// An editor for fingers: the browser's own text field, so that every keyboard, input method and screen reader works, with
// line numbers beside it and the lines in trouble marked.
import { element } from '../dom.ts';
import type { OpenEditor } from './editor.ts';
import './plain.css';

/** Above this many lines the numbers would cost more than they tell; the field then scrolls by itself. */
const MOST_NUMBERS = 3000;
/** Browsers paste a long text into a field line by line, which can take minutes; this much goes in at once instead. */
const LONG_PASTE = 20_000;

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
    const all = lines <= MOST_NUMBERS;
    field.rows = all ? lines : 20;
    field.classList.toggle('scrolls', !all);
    number();
  }
  function number(): void {
    const numbers = shown <= MOST_NUMBERS ? shown : 0;
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
  const typed = (): void => {
    measure();
    onChange();
  };
  field.addEventListener('input', typed);
  field.addEventListener('paste', (event) => {
    const pasted = event.clipboardData?.getData('text/plain') ?? '';
    if (pasted.length < LONG_PASTE) return;
    event.preventDefault();
    field.setRangeText(pasted, field.selectionStart, field.selectionEnd, 'end');
    typed();
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
