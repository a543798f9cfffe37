// A map's contents: a table of keys and values, decoded by BTF; powers of two are drawn as the histogram that they are.
import type { MapEntry, MapReport } from '../lab/api.ts';
import { element } from './dom.ts';
import type { Strings } from './strings.ts';

export const plain = (value: unknown): string =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
export const keyText = (entry: MapEntry): string => (entry.decoded ? plain(entry.decoded.key) : entry.key);
export const valueText = (entry: MapEntry): string => (entry.decoded ? plain(entry.decoded.value) : entry.value);

/** Counts by power of two: an array map that is called a histogram, or a value that carries its slots. */
export function histogramOf(map: MapReport): number[] | null {
  const counts = (list: unknown): number[] | null =>
    Array.isArray(list) && list.length >= 4 && list.every((it) => typeof it === 'number') ? list : null;
  const [first] = map.entries;
  const value = first?.decoded?.value;
  if (map.entries.length === 1 && typeof value === 'object' && value !== null) {
    const { slots, hist } = value as { slots?: unknown; hist?: unknown };
    return counts(slots) ?? counts(hist);
  }
  if (!/hist|log2/i.test(map.name) || map.truncated) return null;
  const list = map.entries.map((entry) => (Number(entry.decoded?.key) >= 0 ? entry.decoded?.value : null));
  return counts(list);
}

const range = (slot: number): string => (slot === 0 ? '0 … 1' : `${2 ** slot} … ${2 ** (slot + 1) - 1}`);

export function histogram(map: MapReport, counts: readonly number[], strings: Strings): HTMLElement {
  const last = counts.findLastIndex((count) => count > 0);
  const most = Math.max(1, ...counts);
  const rows = counts.slice(0, last + 1).map((count, slot) => {
    const bar = element('span', { class: 'bar' });
    bar.style.inlineSize = `${(100 * count) / most}%`;
    return element(
      'tr',
      {},
      element('th', { scope: 'row' }, range(slot)),
      element('td', {}, String(count)),
      element('td', { class: 'bars', 'aria-hidden': 'true' }, bar),
    );
  });
  return element(
    'table',
    { class: 'histogram', 'data-map': map.name },
    element('caption', {}, element('code', { translate: 'no' }, map.name), ` ${map.type} · ${strings.histogram}`),
    element('tbody', {}, ...(rows.length > 0 ? rows : [element('tr', {}, element('td', {}, strings['map-empty']))])),
  );
}

export function mapTable(map: MapReport, strings: Strings): HTMLElement {
  const counts = histogramOf(map);
  if (counts) return histogram(map, counts, strings);
  const caption = element('caption', {}, element('code', { translate: 'no' }, map.name), ` ${map.type}`);
  if (map.entries.length === 0) {
    return element(
      'table',
      { 'data-map': map.name },
      caption,
      element('tbody', {}, element('tr', {}, element('td', {}, strings['map-empty']))),
    );
  }
  return element(
    'table',
    { 'data-map': map.name },
    caption,
    head(strings),
    element(
      'tbody',
      {},
      ...map.entries.map((entry) =>
        element('tr', {}, element('td', {}, keyText(entry)), element('td', {}, valueText(entry))),
      ),
    ),
    map.truncated ? element('tfoot', {}, element('tr', {}, element('td', { colspan: 2 }, strings['map-more']))) : null,
  );
}

/** Call stacks among the maps, as a flame graph; null: there are none. Its code and its words come when there is something to draw. */
export function stacksView(maps: readonly MapReport[]): HTMLElement | null {
  if (!maps.some((map) => map.type === 'stack_trace' && map.entries.length > 0)) return null;
  const place = element('div', { class: 'flame-place' });
  void import('./flame-graph.ts').then(async ({ flameGraph, loadFlameStrings }) => {
    place.replaceChildren(flameGraph(maps, await loadFlameStrings(document.documentElement.lang)) ?? '');
  });
  return place;
}

export const head = (strings: Strings, ...more: readonly HTMLElement[]): HTMLElement =>
  element(
    'thead',
    {},
    element(
      'tr',
      {},
      element('th', { scope: 'col' }, strings.key),
      element('th', { scope: 'col' }, strings.value),
      ...more,
    ),
  );
