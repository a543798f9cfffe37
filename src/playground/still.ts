// The static code: reads the original out of it, shows a reader's own text in it, marks lines in trouble.
import { colouredLines } from './c-tokens.ts';
import { element } from './dom.ts';
import type { EditorProblem } from './editor/editor.ts';

/** Lines that are shown one by one; a longer text is shown as one block without numbers. */
const MOST_LINES = 3000;

const pristine = new WeakMap<HTMLElement, Node[]>();

const linesOf = (still: HTMLElement): HTMLElement[] => [...still.querySelectorAll<HTMLElement>('.line')];

export const originalText = (still: HTMLElement): string =>
  linesOf(still)
    .map((line) => line.textContent)
    .join('');

/** Shows `text`: the original as the page was built with it, anything else coloured here. */
export function showText(still: HTMLElement, text: string, original: string, tooLong: string): void {
  const code = still.querySelector('code');
  if (!code) return;
  if (!pristine.has(code)) pristine.set(code, [...code.childNodes]);
  if (text === original) {
    code.replaceChildren(...(pristine.get(code) ?? []));
    return;
  }
  const lines = text.replace(/\n$/, '').split('\n');
  if (lines.length > MOST_LINES || text.length > 300_000) {
    code.replaceChildren(element('span', { class: 'too-long' }, `${tooLong}\n`), text.slice(0, 20_000));
    return;
  }
  code.replaceChildren(...colouredLines(text));
}

export function markLines(still: HTMLElement, problems: readonly EditorProblem[]): void {
  for (const note of still.querySelectorAll('.line-note')) note.remove();
  const lines = linesOf(still);
  for (const line of lines) line.classList.remove('marked');
  for (const problem of problems) {
    const line = lines[problem.line - 1];
    if (!line || problem.severity !== 'error') continue;
    line.classList.add('marked');
    const text = line.textContent;
    const indent = /^\s*/.exec(text)?.[0] ?? '';
    line.after(
      element('span', { class: 'line-note', 'data-line': problem.line }, indent, element('span', {}, problem.message)),
    );
  }
  const first = still.querySelector<HTMLElement>('.line.marked');
  if (first) still.scrollTop = first.offsetTop - still.offsetTop - still.clientHeight / 3;
}
