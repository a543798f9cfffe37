// The maps of the loaded program, as user space sees them: look, change, delete, send the packets again.
import type { LiveReport, MapEntry, MapReport, RunReport } from '../lab/api.ts';
import type { LabOutcome } from '../lab/client.ts';
import { element } from './dom.ts';
import { head, histogram, histogramOf, keyText, mapTable, stacksView, valueText } from './map-view.ts';
import type { Panel, PanelContext } from './panels.ts';
import { tallyOf } from './result.ts';
import { fill } from './strings.ts';

/** Rows that can be changed; the rest is counted. */
const MOST_ROWS = 64;
/** Maps whose keys are their positions forget none. */
const KEEPS_KEYS = /array|devmap|cpumap|xskmap/;
/** Maps that user space does not write by key. */
const NO_KEYS = /ringbuf|perf_event_array|stack_trace|queue|^stack$|bloom/;

export function mapsPanel(context: PanelContext): Panel {
  const { strings, lab } = context;
  const content = element('div', { class: 'live-maps' });
  let maps: readonly MapReport[] | null = null;
  let loaded = false;
  let sampled = false;

  function empty(): void {
    content.replaceChildren(element('p', { class: 'empty' }, loaded ? strings['no-maps'] : strings['maps-empty']));
  }

  const message = element('p', { class: 'map-message', role: 'status' });

  async function change(map: MapReport, key: string, value: string | null): Promise<void> {
    await took(await lab.editMap({ map: map.name, key, value }));
  }

  async function took(outcome: LabOutcome<LiveReport | null>): Promise<void> {
    if (!outcome.ok) {
      message.textContent = strings[outcome.reason];
      return;
    }
    const { report } = outcome;
    if (!report) {
      loaded = false;
      maps = null;
      return empty();
    }
    const { problem, packets } = report;
    maps = report.maps;
    draw();
    if (problem) await context.explanations();
    message.className = problem ? 'map-message problem' : 'map-message';
    message.textContent = problem
      ? (context.explain(problem) ?? problem.message)
      : packets
        ? tallyOf(packets, strings)
        : strings['map-changed'];
  }

  function field(label: string, text: string, done: (text: string) => void): HTMLInputElement {
    const input = element('input', {
      type: 'text',
      value: text,
      'aria-label': label,
      spellcheck: 'false',
      autocapitalize: 'off',
      autocomplete: 'off',
      translate: 'no',
      lang: 'en',
    });
    input.size = Math.min(40, Math.max(6, text.length + 2));
    input.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') input.value = text;
      if (event.key === 'Enter') input.blur();
    });
    input.addEventListener('change', () => done(input.value));
    return input;
  }

  function row(map: MapReport, entry: MapEntry): HTMLElement {
    const key = keyText(entry);
    const place = `${map.name}[${key}]`;
    return element(
      'tr',
      {},
      element('td', { translate: 'no' }, key),
      element(
        'td',
        {},
        field(place, valueText(entry), (text) => void change(map, key, text)),
      ),
      element(
        'td',
        {},
        KEEPS_KEYS.test(map.type)
          ? null
          : element(
              'button',
              {
                type: 'button',
                class: 'quiet',
                'aria-label': fill(strings['map-delete'], { key: place }),
                onclick: () => void change(map, key, null),
              },
              '×',
            ),
      ),
    );
  }

  function adding(map: MapReport): HTMLElement | null {
    if (KEEPS_KEYS.test(map.type)) return null;
    const key = field(`${map.name}: ${strings.key}`, '', () => undefined);
    const value = field(`${map.name}: ${strings.value}`, '', () => undefined);
    const form = element(
      'form',
      { class: 'map-add' },
      key,
      value,
      element('button', { type: 'submit' }, strings['map-set']),
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void change(map, key.value, value.value);
    });
    return form;
  }

  function live(map: MapReport): HTMLElement {
    if (map.type === 'stack_trace') return element('div', { class: 'map' }, mapTable(map, strings));
    const counts = histogramOf(map);
    if (counts) return element('div', { class: 'map' }, histogram(map, counts, strings));
    const rows = map.entries.slice(0, MOST_ROWS);
    const fixed = NO_KEYS.test(map.type);
    return element(
      'div',
      { class: 'map' },
      element(
        'table',
        { 'data-map': map.name },
        element('caption', {}, element('code', { translate: 'no' }, map.name), ` ${map.type}`),
        rows.length === 0 ? null : head(strings, element('td', {})),
        element(
          'tbody',
          {},
          ...(rows.length === 0
            ? [element('tr', {}, element('td', {}, strings['map-empty']))]
            : rows.map((entry) => row(map, entry))),
        ),
      ),
      map.entries.length > rows.length || map.truncated ? element('p', {}, strings['map-more']) : null,
      fixed ? null : adding(map),
    );
  }

  function draw(): void {
    if (!maps || maps.length === 0) return empty();
    // Where one was typing, one goes on.
    const focused = content.contains(document.activeElement)
      ? document.activeElement?.getAttribute('aria-label')
      : null;
    content.replaceChildren(
      element('p', { class: 'hint' }, strings['maps-hint']),
      stacksView(maps) ?? '',
      element('div', { class: 'maps' }, ...maps.map(live)),
      element(
        'div',
        { class: 'panel-actions' },
        // A program that samples gets no packets of its own.
        sampled
          ? ''
          : element(
              'button',
              { type: 'button', 'data-action': 'send', onclick: () => void lab.send(context.scenario()).then(took) },
              strings['send-again'],
            ),
        message,
      ),
    );
    if (focused) content.querySelector<HTMLElement>(`[aria-label="${CSS.escape(focused)}"]`)?.focus();
  }

  empty();
  return {
    name: 'live-maps',
    title: strings.maps,
    content,
    ran(report: RunReport) {
      loaded = report.packets !== null;
      maps = loaded ? report.maps : null;
      sampled = report.profile !== undefined;
      message.textContent = '';
      draw();
    },
    stale() {
      loaded = false;
      maps = null;
      empty();
    },
  };
}
