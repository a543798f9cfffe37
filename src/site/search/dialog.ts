// The search itself: one field and what is found, as links that lead to the heading. Arrow keys choose, Escape closes.
import type english from '../../../content/ui/en/site.json';
import { readIndex, search, type Hit, type Index } from './search.ts';
import './dialog.css';

type Strings = (typeof english)['search'];

let dialog: HTMLDialogElement | null = null;
let index: Promise<Index> | null = null;

function fetchIndex(base: string): Promise<Index> {
  index ??= fetch(`${base}search.json`).then(async (response) => {
    if (!response.ok) throw new Error(String(response.status));
    return readIndex(await response.text());
  });
  // A failure is not kept: the next key stroke tries again.
  index.catch(() => (index = null));
  return index;
}

function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string>> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function item(hit: Hit, base: string, strings: Strings): HTMLLIElement {
  const [before, found, after] = hit.excerpt;
  const where = hit.where.startsWith('in-') ? strings[hit.where as keyof Strings] : hit.where;
  const link = element('a', { href: base + hit.id }, element('strong', {}, hit.title));
  if (where !== '') link.append(element('span', { class: 'where' }, where));
  link.append(element('span', { class: 'snippet' }, before, element('mark', {}, found), after));
  return element('li', {}, link);
}

function make(button: HTMLButtonElement): HTMLDialogElement {
  const strings = JSON.parse(button.dataset['strings'] ?? '{}') as Strings;
  const base = button.dataset['search'] ?? '/';
  const own = [...(button.dataset['digits'] ?? '0123456789')];
  const inDigits = (count: number): string => String(count).replace(/\d/g, (digit) => own[Number(digit)] ?? digit);
  const field = element('input', {
    type: 'search',
    'aria-label': strings.label,
    placeholder: strings.placeholder,
    autocomplete: 'off',
    autocapitalize: 'off',
    spellcheck: 'false',
    enterkeyhint: 'go',
  });
  const close = element('button', { type: 'button', 'aria-label': strings.close, class: 'close' }, '×');
  const status = element('p', { class: 'search-status', role: 'status' }, strings.hint);
  const list = element('ol', { class: 'hits' });
  const made = element(
    'dialog',
    { class: 'search', 'aria-label': strings.label },
    element('div', { class: 'search-field' }, field, close),
    status,
    list,
  );
  const language = button.closest<HTMLElement>('[lang]')?.lang;
  if (language) made.lang = language;

  let asked = 0;
  const ask = async (): Promise<void> => {
    const query = field.value.trim();
    const mine = ++asked;
    if ([...query].length < 2) {
      list.replaceChildren();
      status.textContent = strings.hint;
      return;
    }
    try {
      if (list.childElementCount === 0) status.textContent = strings.loading;
      const hits = search(await fetchIndex(base), query);
      if (mine !== asked) return;
      list.replaceChildren(...hits.map((hit) => item(hit, base, strings)));
      status.textContent =
        hits.length === 0
          ? strings.none.replace('{query}', query)
          : strings.found.replace('{count}', inDigits(hits.length));
    } catch {
      if (mine === asked) status.textContent = strings.failed;
    }
  };
  field.addEventListener('input', () => void ask());
  field.addEventListener('focus', () => void fetchIndex(base).catch(() => undefined));
  close.addEventListener('click', () => made.close());
  // Beside the dialog is its backdrop; a link to this very page closes it too.
  made.addEventListener('click', (event) => {
    if (event.target === made || (event.target as Element).closest('a')) made.close();
  });
  made.addEventListener('keydown', (event) => {
    const links = [...list.querySelectorAll('a')];
    const at = links.indexOf(document.activeElement as HTMLAnchorElement);
    if (event.key === 'Enter' && document.activeElement === field && links[0]) {
      event.preventDefault();
      links[0].click();
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      const to = at + (event.key === 'ArrowDown' ? 1 : -1);
      (to < 0 ? field : links[Math.min(to, links.length - 1)])?.focus();
    }
  });
  document.body.append(made);
  return made;
}

/** `typed`: what the reader typed before the field was there. */
export function openSearch(button: HTMLButtonElement, typed = ''): void {
  dialog ??= make(button);
  if (!dialog.open) dialog.showModal();
  const field = dialog.querySelector('input');
  field?.focus();
  if (field && typed !== '') {
    field.value = typed;
    field.dispatchEvent(new Event('input'));
  } else field?.select();
}
