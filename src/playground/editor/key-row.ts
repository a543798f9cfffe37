// A row of the keys that C needs and a phone's keyboard hides, above that keyboard. A press never takes the focus from the
// editor, so the keyboard stays open.
import { element } from '../dom.ts';
import type { EditorWords } from './words.ts';
import './key-row.css';

const SIGNS = [
  '{',
  '}',
  '(',
  ')',
  ';',
  '&',
  '*',
  '->',
  '#',
  '"',
  '<',
  '>',
  '=',
  '[',
  ']',
  '|',
  '!',
  '_',
  '/',
  '+',
  '-',
  ',',
];

export interface KeyActions {
  insert(text: string): void;
  indent(): void;
  undo(): void;
  redo(): void;
  /** tells what stands at the cursor */
  what(): void;
  suggest(): void;
}

/** How much of the window's lower edge the on-screen keyboard covers, in CSS pixels, as --keyboard on `root`. */
function followKeyboard(root: HTMLElement): () => void {
  const viewport = window.visualViewport;
  if (!viewport) return () => undefined;
  const measure = (): void => {
    // Pinching also makes the visible part smaller; that is no keyboard.
    const covered = viewport.scale > 1.05 ? 0 : window.innerHeight - viewport.height - viewport.offsetTop;
    root.style.setProperty('--keyboard', `${Math.max(0, Math.round(covered))}px`);
  };
  viewport.addEventListener('resize', measure);
  viewport.addEventListener('scroll', measure);
  measure();
  return () => {
    viewport.removeEventListener('resize', measure);
    viewport.removeEventListener('scroll', measure);
    root.style.removeProperty('--keyboard');
  };
}

/** Fills `place` with the keys; gives back what takes them away again. */
export function showKeys(place: HTMLElement, words: EditorWords, actions: KeyActions): () => void {
  const key = (label: string, act: () => void, name = label): HTMLElement =>
    element(
      'button',
      { type: 'button', 'aria-label': name, title: name === label ? undefined : name, tabindex: -1, onclick: act },
      label,
    );
  const row = element(
    'div',
    { class: 'key-row', role: 'toolbar', 'aria-label': words.keys, translate: 'no' },
    // First, since it is what nobody would look for behind twenty signs.
    key('?', () => actions.what(), words.what),
    key('⇥', () => actions.indent(), words.indent),
    ...SIGNS.map((sign) => key(sign, () => actions.insert(sign))),
    key('…', () => actions.suggest(), words.suggest),
    key('↶', () => actions.undo(), words.undo),
    key('↷', () => actions.redo(), words.redo),
  );
  // The editor keeps the focus: otherwise the keyboard would close at every sign.
  row.addEventListener('pointerdown', (event) => event.preventDefault());
  row.addEventListener('mousedown', (event) => event.preventDefault());
  place.replaceChildren(row);
  place.hidden = false;
  const stop = followKeyboard(document.documentElement);
  return () => {
    stop();
    row.remove();
    place.hidden = place.childElementCount === 0;
  };
}
