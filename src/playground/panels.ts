// The panels that an example asks for (data-panels) besides its result: problems, bytecode, live maps, the way to Linux.
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { PacketSpec, Project, RunReport, Scenario } from '../lab/api.ts';
import type { Lab } from '../lab/client.ts';
import { bytecodePanel } from './bytecode-panel.ts';
import { element } from './dom.ts';
import type { Explain } from './explanations.ts';
import { linuxPanel } from './linux-panel.ts';
import { createReplay } from './replay.ts';
import { mapsPanel } from './maps-panel.ts';
import type { PacketStore } from './packet-store.ts';
import type { Strings } from './strings.ts';
import { createTabs, type TabPanel } from './tabs.ts';
import './buttons.css';
import './panels.css';

/** What a panel may ask of the example that it belongs to. */
export interface PanelContext {
  readonly lab: Lab;
  readonly strings: Strings;
  readonly explain: Explain;
  /** settles when `explain` has its words */
  explanations(): Promise<void>;
  project(): Project;
  scenario(): Scenario;
  /** the example's network (example.json), checked by whoever runs it; null: it describes none */
  network(): unknown;
  /** the reader's own packets; null: the example's */
  packets(): readonly PacketSpec[] | null;
  readonly packetStore: PacketStore;
  /** as the button does */
  run(): void;
  readonly language: string;
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
  /** the packets are others now */
  packetsChanged?(): void;
}

/**
 * A panel whose code and words come when it is first looked at. What happened to the program until then it is told when it is there: the
 * last run, unless the text was changed since.
 */
function lazyPanel(name: string, title: string, strings: Strings, load: () => Promise<Panel>): Panel {
  const content = element('div', {});
  let panel: Panel | null = null;
  let loading = false;
  let last: RunReport | null = null;
  const open = async (): Promise<void> => {
    loading = true;
    try {
      panel = await load();
      content.replaceChildren(panel.content);
      if (last) panel.ran?.(last);
      if (!content.hidden) panel.shown?.();
    } catch {
      // Offline just now: looking at it again tries again.
      content.replaceChildren(element('p', { class: 'empty' }, strings['panel-missing']));
    } finally {
      loading = false;
    }
  };
  return {
    name,
    title,
    content,
    shown() {
      if (panel) panel.shown?.();
      else if (!loading) void open();
    },
    ran(report) {
      last = report;
      panel?.ran?.(report);
    },
    stale() {
      last = null;
      panel?.stale?.();
    },
    packetsChanged: () => panel?.packetsChanged?.(),
  };
}

export interface Panels {
  ran(report: RunReport): void;
  /** something that no panel shows ended so: a refusal is read among the problems, a result where it stands */
  ended(diagnostics: readonly Diagnostic[]): void;
  stale(): void;
  packetsChanged(): void;
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
    'packets-edit': () =>
      lazyPanel('packets-edit', strings['packet-editor'], strings, async () =>
        (await import('./packet-panel.ts')).packetPanel(context),
      ),
    path: () =>
      lazyPanel('path', strings.path, strings, async () => (await import('./path-panel.ts')).pathPanel(context)),
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
  function ended(diagnostics: readonly Diagnostic[]): void {
    const refused = diagnostics.some((diagnostic) => diagnostic.severity === 'error');
    if (refused && wanted.includes('problems')) tabs.select('problems');
    else if (!refused && tabs.selected === 'problems') tabs.select('result');
  }
  return {
    ran(report) {
      for (const panel of panels) panel.ran?.(report);
      panels.find((panel) => panel.name === tabs.selected)?.shown?.();
      ended(report.diagnostics);
      tabs.count('live-maps', report.maps?.length ?? 0);
    },
    ended,
    stale() {
      for (const panel of panels) panel.stale?.();
      panels.find((panel) => panel.name === tabs.selected)?.shown?.();
    },
    packetsChanged() {
      for (const panel of panels) panel.packetsChanged?.();
    },
    problems: (count) => tabs.count('problems', count),
  };
}
