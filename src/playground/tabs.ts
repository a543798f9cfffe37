// Tabs as WAI-ARIA describes them: one stop for Tab, arrows between them, the panel of the chosen one in sight.
import { element } from './dom.ts';

export interface TabPanel {
  readonly name: string;
  readonly title: string;
  readonly content: HTMLElement;
  /** the panel came into sight */
  shown?(): void;
}

export interface Tabs {
  readonly root: HTMLElement;
  select(name: string, focus?: boolean): void;
  readonly selected: string;
  /** a number beside a title; 0 takes it away */
  count(name: string, count: number): void;
}

let groups = 0;

export function createTabs(label: string, panels: readonly TabPanel[]): Tabs {
  const id = `tabs-${++groups}`;
  let selected = panels[0]?.name ?? '';
  const buttons = new Map<string, HTMLButtonElement>();
  const list = element('div', { class: 'tab-list', role: 'tablist', 'aria-label': label });
  const root = element('div', { class: 'tabs' }, list);
  for (const panel of panels) {
    const button = element(
      'button',
      {
        type: 'button',
        role: 'tab',
        id: `${id}-${panel.name}`,
        'aria-controls': `${id}-${panel.name}-panel`,
        'data-tab': panel.name,
        onclick: () => select(panel.name),
      },
      panel.title,
    );
    buttons.set(panel.name, button);
    list.append(button);
    panel.content.setAttribute('role', 'tabpanel');
    panel.content.id = `${id}-${panel.name}-panel`;
    panel.content.setAttribute('aria-labelledby', button.id);
    root.append(panel.content);
  }
  list.addEventListener('keydown', (event) => {
    const names = panels.map((panel) => panel.name);
    const at = names.indexOf(selected);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: names.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    select(names[(to + names.length) % names.length] ?? selected, true);
  });

  function select(name: string, focus = false): void {
    selected = name;
    for (const panel of panels) {
      const on = panel.name === name;
      const button = buttons.get(panel.name);
      button?.setAttribute('aria-selected', String(on));
      button?.setAttribute('tabindex', on ? '0' : '-1');
      panel.content.hidden = !on;
      if (!on) continue;
      if (focus) button?.focus();
      // Of many tabs on a narrow screen, the chosen one is in sight.
      if (button) list.scrollLeft = Math.max(0, button.offsetLeft - list.clientWidth / 2 + button.offsetWidth / 2);
      panel.shown?.();
    }
  }
  select(selected);
  return {
    root,
    select,
    get selected() {
      return selected;
    },
    count(name, count) {
      const button = buttons.get(name);
      button?.querySelector('.tab-count')?.remove();
      if (count > 0) button?.append(' ', element('span', { class: 'tab-count' }, String(count)));
    },
  };
}
