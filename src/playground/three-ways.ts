// The three-way comparison at work: starts it in the worker, shows how far it is, draws three columns from the report, restarts a dead machine.
import type {
  Fate,
  ThreeWaysColumn,
  ThreeWaysOrder,
  ThreeWaysProgress,
  ThreeWaysReport,
  TrafficName,
  TrafficSpec,
  Way,
} from '../lab/way-report.ts';
import type { LabOutcome } from '../lab/client.ts';
import { colouredLines } from './c-tokens.ts';
import { element } from './dom.ts';
import { loadExplanations, type Explain } from './explanations.ts';
import { originalWording } from './problems.ts';
import { sentence } from './sentence.ts';
import { sharedLab } from './shared-lab.ts';
import { fill, loadStrings, type Strings } from './strings.ts';
import type { ThreeWaysPrograms } from './three-ways-folder.ts';
import { lamp, logView, tallyOfFates } from './way-result.ts';
import { loadWayStrings, type WayStrings } from './way-strings.ts';
import './three-ways.css';

export interface ThreeWays {
  start(): Promise<void>;
}

const FATES: readonly Fate[] = ['delivered', 'refused', 'discarded', 'fatal', 'unseen'];
const WAYS: readonly Way[] = ['patch', 'module', 'ebpf'];
const SECOND = 1e9;

const grouped = (value: number): string => Math.round(value).toLocaleString('en');
const decimals = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(1));

export async function openThreeWays(root: HTMLElement): Promise<ThreeWays> {
  const language = document.documentElement.lang;
  const [strings, words, explain, response] = await Promise.all([
    loadStrings(language),
    loadWayStrings(language),
    loadExplanations(language),
    fetch(root.dataset['programs'] ?? ''),
  ]);
  if (!response.ok) throw new Error(String(response.status));
  const programs = (await response.json()) as ThreeWaysPrograms;
  return create(root, { strings, words, explain, programs });
}

interface Surroundings {
  readonly strings: Strings;
  readonly words: WayStrings;
  readonly explain: Explain;
  readonly programs: ThreeWaysPrograms;
}

function create(root: HTMLElement, { strings, words, explain, programs }: Surroundings): ThreeWays {
  const find = <E extends HTMLElement>(selector: string): E => {
    const found = root.querySelector<E>(selector);
    if (!found) throw new Error(`the comparison has no ${selector}`);
    return found;
  };
  const form = find<HTMLFormElement>('form');
  const startButton = find<HTMLButtonElement>('[data-action="start"]');
  const stopButton = find<HTMLButtonElement>('[data-action="stop"]');
  const running = find('.three-running');
  const bar = find<HTMLProgressElement>('progress');
  const figures = find('.three-figures');
  const status = find('.status');
  const lab = sharedLab();
  let control: AbortController | null = null;
  /** what the columns are about */
  let sent: TrafficSpec | null = null;
  stopButton.addEventListener('click', () => control?.abort());

  const chosen = (name: string): string => {
    const value = new FormData(form).get(name);
    return typeof value === 'string' ? value : '';
  };
  const say = (text: string): void => {
    status.textContent = text;
  };

  /** Shows one button or the other; whoever stands on the one that goes, stands on the one that comes. */
  function busy(on: boolean): void {
    const [goes, comes] = on ? [startButton, stopButton] : [stopButton, startButton];
    const moved = document.activeElement === goes;
    comes.hidden = false;
    goes.hidden = true;
    if (moved) comes.focus({ preventScroll: true });
    running.hidden = !on;
    for (const button of root.querySelectorAll<HTMLButtonElement>('button.reboot')) button.disabled = on;
  }

  async function ask(fault: string, more: Partial<ThreeWaysOrder>): Promise<LabOutcome<ThreeWaysReport> | null> {
    const files = programs[fault];
    if (!files || control || !sent) return null;
    const project = (way: Way) => ({ files: { [files[way].name]: files[way].text }, main: files[way].name });
    const mine = new AbortController();
    control = mine;
    bar.removeAttribute('value');
    figures.textContent = words.working;
    say('');
    busy(true);
    try {
      return await lab.threeWays(
        {
          projects: { patch: project('patch'), module: project('module'), ebpf: project('ebpf') },
          traffic: sent,
          ...more,
        },
        { progress: progressed, signal: mine.signal },
      );
    } finally {
      control = null;
      busy(false);
    }
  }

  function progressed({ way, done, total }: ThreeWaysProgress): void {
    bar.value = total === 0 ? 1 : done / total;
    figures.textContent = fill(words.progress, { way: words[way], done: grouped(done), total: grouped(total) });
  }

  async function start(): Promise<void> {
    const fault = chosen('fault');
    if (!control) sent = { name: chosen('traffic') as TrafficName, count: Number(chosen('count')), seed: 1 };
    const outcome = await ask(fault, {});
    if (!outcome) return;
    if (!outcome.ok) return say(strings[outcome.reason]);
    const { report } = outcome;
    root.dataset['ran'] = fault;
    for (const way of WAYS) {
      const column = report.columns.find((candidate) => candidate.way === way);
      if (column) draw(column, report.packets, fault);
      else place(way).replaceChildren(title(way));
    }
    say(report.cancelled ? words['called-off'] : summary(report));
    status.scrollIntoView({ block: 'nearest', behavior: 'instant' });
  }

  /** The dead machine is started again, without the rule, and gets the same packets. */
  async function restart(way: Way, fault: string): Promise<void> {
    const outcome = await ask(fault, { ways: [way], bare: true });
    if (!outcome) return;
    if (!outcome.ok) return say(strings[outcome.reason]);
    const [column] = outcome.report.columns;
    if (!column) return;
    draw(column, outcome.report.packets, fault, true);
    say([words[way], words.bare, tallyOfFates(column.fates, words)].join(' · '));
    place(way).querySelector<HTMLElement>('h3')?.focus();
  }

  const place = (way: Way): HTMLElement => find(`[data-way="${way}"]`);
  const title = (way: Way): HTMLElement => element('h3', { tabindex: -1 }, words[way]);

  /** What the three have in common, or have not: said aloud. Found by comparing them, packet for packet. */
  function summary({ columns }: ThreeWaysReport): string {
    const dead = columns.filter(({ state }) => state !== 'alive').length;
    const refusedEbpf = columns.some(({ way, started }) => way === 'ebpf' && !started);
    if (dead > 0 && refusedEbpf) return words['one-alive'];
    const [first, ...others] = columns;
    if (refusedEbpf) return words.silent;
    const refused = FATES.indexOf('refused');
    const same = others.every(({ each }) =>
      each.every((fate, i) => (fate === refused) === (first?.each[i] === refused)),
    );
    return same ? fill(words.same, { count: grouped(first?.fates.refused ?? 0) }) : words['not-same'];
  }

  function time(nanoseconds: number): string {
    if (nanoseconds > 0 && nanoseconds < 1e5) return `${grouped(nanoseconds)} ns`;
    if (nanoseconds > 0 && nanoseconds < SECOND)
      return fill(words.milliseconds, { count: decimals(Math.round(nanoseconds / 1e5) / 10) });
    if (nanoseconds < 60 * SECOND) return fill(words.seconds, { count: grouped(nanoseconds / SECOND) });
    return fill(words.minutes, { count: grouped(nanoseconds / SECOND / 60) });
  }

  /** The packets as one bar: a share for each fate, told in words beneath. */
  function shares(column: ThreeWaysColumn, packets: number): HTMLElement {
    const parts = FATES.filter((fate) => column.fates[fate] > 0);
    return element(
      'div',
      { class: 'packet-shares' },
      element(
        'div',
        { class: 'share-bar', 'aria-hidden': 'true' },
        ...parts.map((fate) => {
          const part = element('span', { class: fate });
          // A single packet among a hundred thousand may be the one that matters.
          part.style.flexGrow = String(Math.max(column.fates[fate] / packets, 0.012));
          return part;
        }),
      ),
      element(
        'ul',
        {},
        ...parts.map((fate) =>
          element(
            'li',
            { class: fate, 'data-fate': fate, 'data-count': column.fates[fate] },
            fill(words[`${fate}-count`], { count: grouped(column.fates[fate]) }),
          ),
        ),
      ),
    );
  }

  function rows(column: ThreeWaysColumn): HTMLElement {
    const { disruption, refusal, counts } = column;
    const { reboots, connections, kept, uptimeBefore, uptimeAfter } = disruption;
    const pairs: [string, string, string][] = [
      ['reboots', words['row-reboots'], String(reboots)],
      ['connections', words['row-connections'], fill(words.kept, { kept, count: connections })],
      ['uptime', words['row-uptime'], fill(words.uptime, { before: time(uptimeBefore), after: time(uptimeAfter) })],
      [
        'refusal',
        words['row-refusal'],
        refusal
          ? fill(words.refusal, {
              nanoseconds: grouped(refusal.nanoseconds),
              allocations: decimals(refusal.allocations),
            })
          : words['no-refusal'],
      ],
      ['allocations', words['row-allocations'], counts ? grouped(counts.allocations) : '–'],
      ['copied', words['row-copied'], counts ? grouped(counts.bytesCopied) : '–'],
      ['lookups', words['row-lookups'], counts ? grouped(counts.lookups) : '–'],
      ['time', words['row-time'], counts ? time(counts.nanoseconds) : '–'],
    ];
    return element(
      'dl',
      {},
      ...pairs
        .filter(([name]) => name !== 'connections' || connections > 0)
        .map(([name, label, value]) =>
          element('div', { 'data-row': name }, element('dt', {}, label), element('dd', {}, value)),
        ),
    );
  }

  /** Why the rule is not in: the verifier's reason in the reader's language, then Linux's own words. */
  function refusalOf(column: ThreeWaysColumn): HTMLElement {
    const diagnostic = column.diagnostics.find(({ severity }) => severity === 'error');
    return element(
      'div',
      { class: 'one-why' },
      diagnostic
        ? element(
            'p',
            {},
            `${sentence(explain(diagnostic) ?? diagnostic.message)} `,
            diagnostic.span ? `(${diagnostic.span.file}, ${fill(strings.line, { line: diagnostic.span.line })})` : '',
          )
        : null,
      diagnostic
        ? element(
            'p',
            { class: 'kernel-message' },
            `${strings['kernel-says']} `,
            element('code', { lang: 'en', translate: 'no' }, originalWording(diagnostic)),
          )
        : null,
      column.said === '' ? null : element('p', {}, element('code', { lang: 'en' }, column.said)),
      element('p', {}, column.way === 'ebpf' ? words['ebpf-goes-on'] : words['not-built']),
    );
  }

  function draw(column: ThreeWaysColumn, packets: number, fault: string, bare = false): void {
    const { way, state, started } = column;
    const [broken] = column.faults;
    const file = programs[fault]?.[way];
    const stamp = bare
      ? element('p', { class: 'stamp' }, words.bare)
      : started
        ? state === 'alive'
          ? element('p', { class: 'stamp accepted' }, words['in-use'])
          : element('p', { class: 'stamp' }, words['was-in-use'])
        : element('p', { class: 'stamp refused' }, way === 'ebpf' ? words.verifier : words['not-in-use']);
    const code = element(
      'details',
      { class: 'one-source' },
      element('summary', {}, element('code', { lang: 'en', translate: 'no' }, file?.name ?? '')),
    );
    // Coloured when somebody wants to see it.
    code.addEventListener(
      'toggle',
      () =>
        code.append(
          element(
            'pre',
            { class: 'code numbered', tabindex: 0, role: 'group', 'aria-label': file?.name, translate: 'no' },
            element('code', { lang: 'en' }, ...colouredLines(file?.text ?? '')),
          ),
        ),
      { once: true },
    );
    const where = broken?.source;
    place(way).replaceChildren(
      title(way),
      element('p', { class: 'machine-state', 'data-state': state }, lamp(state, words)),
      stamp,
      element(
        'div',
        {},
        started || bare ? shares(column, packets) : refusalOf(column),
        state === 'alive'
          ? null
          : element(
              'div',
              { class: 'disaster' },
              element('p', {}, element('code', { lang: 'en', translate: 'no' }, broken?.title ?? '')),
              where
                ? element('p', {}, fill(words['fault-at'], { file: where.file, line: where.line }))
                : element('p', {}, words['fault-nowhere']),
              element(
                'button',
                {
                  type: 'button',
                  class: 'reboot',
                  'data-action': 'reboot',
                  onclick: () => void restart(way, fault),
                },
                fill(words['restart-way'], { way: words[way] }),
              ),
            ),
      ),
      rows(column),
      logView(column.log, words, false),
      code,
    );
  }

  return { start };
}
