// A capture of the reader's own through the program: chosen, replayed by the worker behind a bar that can be called off, summed up.
import type { ReplayProgress, ReplayReport } from '../lab/api.ts';
import { element } from './dom.ts';
import { mapTable } from './map-view.ts';
import type { PanelContext } from './panels.ts';
import { renderProblems } from './problems.ts';
import { fill, type Strings } from './strings.ts';
import { markOf } from './verdict.ts';

/** Megabytes of a capture: it lies in memory whole, once, on phones too. */
const LIMIT = 64;
const MEGABYTE = 1 << 20;

const grouped = (value: number): string => Math.round(value).toLocaleString('en');
const megabytes = (bytes: number): string => (bytes / MEGABYTE).toFixed(1);

export interface Replay {
  readonly content: HTMLElement;
  /** the text is no longer the one that ran: what came of it goes, what still runs is called off */
  stale(): void;
}

/** How many packets got which answer, the most frequent first. */
function verdictTable(report: ReplayReport, strings: Strings): HTMLElement {
  const rows = Object.entries(report.verdicts).sort(([, a], [, b]) => b - a);
  return element(
    'table',
    { class: 'replay-verdicts' },
    element('caption', {}, strings['replay-verdicts']),
    element(
      'tbody',
      {},
      ...rows.map(([verdict, count]) => {
        const mark = markOf(verdict);
        const name =
          verdict === 'other' ? strings['replay-other'] : element('code', { translate: 'no', lang: 'en' }, verdict);
        return element(
          'tr',
          { 'data-verdict': verdict },
          element('th', { scope: 'row' }, name, element('span', { class: `verdict ${mark}` }, ` ${strings[mark]}`)),
          element('td', {}, grouped(count)),
          element('td', {}, `${((100 * count) / report.packets).toFixed(1)}%`),
        );
      }),
    ),
  );
}

function summary({ packets, milliseconds, cancelled }: ReplayReport, strings: Strings): string {
  const count = grouped(packets);
  if (cancelled) return fill(strings['replay-cancelled'], { packets: count });
  if (packets === 0) return strings['replay-empty'];
  // A capture of a few packets takes less than the clock can tell.
  if (milliseconds < 1) return fill(strings['replay-instant'], { packets: count });
  const rate = grouped((1000 * packets) / milliseconds);
  return fill(strings['replay-done'], { packets: count, time: grouped(milliseconds), rate });
}

/** Button, bar and summary, to stand beneath a run's result. */
export function createReplay(context: PanelContext): Replay {
  const { lab, strings, explain } = context;
  let control: AbortController | null = null;

  const input = element('input', { type: 'file', accept: '.pcap,.cap,application/vnd.tcpdump.pcap', hidden: true });
  const choose = element(
    'button',
    { type: 'button', 'data-action': 'replay', onclick: () => input.click() },
    strings.replay,
  );
  const cancel = element(
    'button',
    { type: 'button', 'data-action': 'replay-cancel', onclick: () => control?.abort() },
    strings['replay-cancel'],
  );
  const bar = element('progress', { max: 1, 'aria-label': strings['replay-running'] });
  const figures = element('p', { class: 'replay-figures' });
  const running = element('div', { class: 'replay-running', hidden: true }, bar, figures, cancel);
  const report = element('div', { class: 'replay-report' });
  const content = element(
    'section',
    { class: 'replay', 'aria-label': strings['replay-title'] },
    element(
      'div',
      { class: 'panel-actions' },
      choose,
      element('p', {}, fill(strings['replay-hint'], { limit: LIMIT })),
    ),
    input,
    running,
    report,
  );

  context.over.addEventListener('abort', () => control?.abort());
  input.addEventListener('change', () => {
    const file = input.files?.[0];
    // The same file again is a choice as well.
    input.value = '';
    if (file) void replay(file);
  });

  /** Shows one or the other; whoever stands on the button that goes, stands on the one that comes. */
  function show(busy: boolean): void {
    const [goes, comes] = busy ? [choose, cancel] : [cancel, choose];
    const moved = document.activeElement === goes;
    running.hidden = !busy;
    choose.disabled = busy;
    if (moved) comes.focus({ preventScroll: true });
  }

  function progressed({ done, total, packets }: ReplayProgress): void {
    bar.value = done / total;
    figures.textContent = fill(strings['replay-progress'], {
      packets: grouped(packets),
      done: megabytes(done),
      total: megabytes(total),
    });
  }

  function refuse(text: string): void {
    report.replaceChildren(element('p', { class: 'stamp refused' }, text));
    context.announce(text);
    report.scrollIntoView({ block: 'nearest', behavior: 'instant' });
  }

  async function replay(file: File): Promise<void> {
    report.replaceChildren();
    if (file.size > LIMIT * MEGABYTE) {
      return refuse(fill(strings['replay-large'], { size: megabytes(file.size), limit: LIMIT }));
    }
    const mine = new AbortController();
    control = mine;
    bar.removeAttribute('value');
    figures.textContent = strings['replay-running'];
    context.announce(strings['replay-running']);
    show(true);
    running.scrollIntoView({ block: 'nearest', behavior: 'instant' });
    try {
      let bytes: Uint8Array<ArrayBuffer>;
      try {
        bytes = new Uint8Array(await file.arrayBuffer());
      } catch {
        return refuse(strings['replay-unreadable']);
      }
      const { program } = context.scenario();
      const outcome = await lab.replay(context.project(), bytes, {
        ...(program === undefined ? {} : { program }),
        progress: progressed,
        signal: mine.signal,
      });
      // The text was changed meanwhile: what came of the old one says nothing.
      if (control !== mine) return context.announce('');
      if (!outcome.ok) return refuse(strings[outcome.reason]);
      if (outcome.report.diagnostics.length > 0) await context.explanations();
      draw(file.name, outcome.report);
    } finally {
      if (control === mine || control === null) {
        control = null;
        show(false);
      }
    }
  }

  function draw(name: string, done: ReplayReport): void {
    if (done.program === null) {
      const { main } = context.project();
      report.replaceChildren(
        element('p', { class: 'stamp refused' }, strings['replay-not-run']),
        element(
          'div',
          { class: 'problems' },
          ...renderProblems(done.diagnostics, main, strings, explain, {
            goTo: (file, line) => context.goTo(file, line),
            fix: () => null,
          }),
        ),
      );
      context.announce(strings['replay-not-run']);
    } else {
      const said = summary(done, strings);
      report.replaceChildren(
        element('p', { class: 'replay-file', translate: 'no' }, name),
        element('p', { class: 'replay-summary' }, said),
        ...(done.fault ? [element('p', { class: 'stamp refused' }, fill(strings.fault, { ...done.fault }))] : []),
        ...(done.short > 0 ? [element('p', {}, fill(strings['replay-short'], { count: grouped(done.short) }))] : []),
        ...(done.cut ? [element('p', {}, strings['replay-cut'])] : []),
        ...(done.packets > 0 ? [verdictTable(done, strings)] : []),
        element('div', { class: 'maps' }, ...done.maps.map((map) => mapTable(map, strings))),
      );
      context.announce(said);
    }
    report.scrollIntoView({ block: 'nearest', behavior: 'instant' });
  }

  return {
    content,
    stale() {
      report.replaceChildren();
      if (!control) return;
      control.abort();
      control = null;
      show(false);
    },
  };
}
