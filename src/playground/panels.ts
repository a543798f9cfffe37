// The panels that an example asks for (data-panels) besides its result: problems, bytecode, live maps, the way to Linux.
import type { Project, RunReport, Scenario } from '../lab/api.ts';
import type { Lab } from '../lab/client.ts';
import { bytecodePanel } from './bytecode-panel.ts';
import { element } from './dom.ts';
import type { Explain } from './explanations.ts';
import { linuxPanel } from './linux-panel.ts';
import { createReplay } from './replay.ts';
import { mapsPanel } from './maps-panel.ts';
import type { Strings } from './strings.ts';
import { createTabs, type TabPanel } from './tabs.ts';
import './panels.css';

/** What a panel may ask of the example that it belongs to. */
export interface PanelContext {
  readonly lab: Lab;
  readonly strings: Strings;
  readonly explain: Explain;
  project(): Project;
  scenario(): Scenario;
  text(file: string): string;
  goTo(file: string, line: number): void;
  /** lights lines of the static code up */
  mark(file: string, lines: ReadonlySet<number>): void;
  announce(text: string): void;
  /** the example leaves the page */
  readonly over: AbortSignal;
}

export interface Panel extends TabPanel {
  /** the program ran */
  ran?(report: RunReport): void;
  /** the text is no longer the one that ran */
  stale?(): void;
}

export interface Panels {
  ran(report: RunReport): void;
  stale(): void;
  problems(count: number): void;
}

/** null when the example asks for its result alone. */
export function openPanels(root: HTMLElement, context: PanelContext): Panels | null {
  const names = (root.dataset['panels'] ?? '').split(' ');
  const { strings } = context;
  const outcome = root.querySelector<HTMLElement>('.outcome');
  const problems = root.querySelector<HTMLElement>('.problems');
  if (!outcome || !problems) return null;
  const makers: Readonly<Record<string, () => Panel>> = {
    problems: () => ({
      name: 'problems',
      title: strings.problems,
      content: element('div', {}, problems, element('p', { class: 'empty' }, strings['no-problems'])),
    }),
    bytecode: () => bytecodePanel(context),
    'live-maps': () => mapsPanel(context),
    linux: () => linuxPanel(context, root),
  };
  const wanted = names.filter((name) => name in makers);
  if (wanted.length === 0) return null;
  const place = outcome.nextSibling;
  const parent = outcome.parentElement;
  const replay = names.includes('replay') ? createReplay(context) : null;
  const panels: Panel[] = [
    {
      name: 'result',
      title: strings.result,
      content: element('div', {}, outcome, replay?.content ?? null),
      stale: () => replay?.stale(),
    },
    ...wanted.flatMap((name) => makers[name]?.() ?? []),
  ];
  const tabs = createTabs(strings.panels, panels);
  parent?.insertBefore(tabs.root, place);
  return {
    ran(report) {
      for (const panel of panels) panel.ran?.(report);
      panels.find((panel) => panel.name === tabs.selected)?.shown?.();
      // A refusal is read among the problems; a result where it stands.
      const refused = report.diagnostics.some((diagnostic) => diagnostic.severity === 'error');
      if (refused && wanted.includes('problems')) tabs.select('problems');
      else if (!refused && tabs.selected === 'problems') tabs.select('result');
      tabs.count('live-maps', report.maps?.length ?? 0);
    },
    stale() {
      for (const panel of panels) panel.stale?.();
      panels.find((panel) => panel.name === tabs.selected)?.shown?.();
    },
    problems: (count) => tabs.count('problems', count),
  };
}
