// The menu at the end of an example's bar: what one needs now and then, out of the way until then.
import { element } from './dom.ts';

export interface MenuItem {
  readonly label: string;
  /** a choice that is on or off; left out for an action */
  readonly checked?: boolean;
  act(): void;
}

/** A disclosure with buttons: opened and closed by keyboard and finger, closed by Escape and by a press elsewhere. */
export function createMenu(label: string, items: () => readonly MenuItem[]): HTMLElement {
  const list = element('div', { class: 'menu-items' });
  const menu = element(
    'details',
    { class: 'menu' },
    element('summary', { 'aria-label': label, title: label }, element('span', { 'aria-hidden': 'true' }, '⋯')),
    list,
  );
  const close = (): void => {
    menu.open = false;
    menu.querySelector('summary')?.focus();
  };
  menu.addEventListener('toggle', () => {
    if (!menu.open) return;
    list.replaceChildren(
      ...items().map((item) =>
        element(
          'button',
          {
            type: 'button',
            'aria-pressed': item.checked === undefined ? undefined : String(item.checked),
            onclick: () => {
              close();
              item.act();
            },
          },
          item.label,
        ),
      ),
    );
  });
  menu.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && menu.open) close();
  });
  const outside = (event: Event): void => {
    if (menu.open && !menu.contains(event.target as Node)) menu.open = false;
  };
  menu.addEventListener('toggle', () => {
    if (menu.open) document.addEventListener('pointerdown', outside);
    else document.removeEventListener('pointerdown', outside);
  });
  return menu;
}
