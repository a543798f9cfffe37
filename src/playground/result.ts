// What came of a run: the verifier's verdict, every packet, the maps, printed lines and times. Drawn from the report only.
import type { PacketReport, RunReport, VerifyReport } from '../lab/api.ts';
import { element } from './dom.ts';
import { mapTable, plain, stacksView } from './map-view.ts';
import { packetDrawing, packetEnds } from './packet.ts';
import { fill, type Strings } from './strings.ts';
import { markOf, type VerdictMark } from './verdict.ts';
import './outcome.css';

/** More rows than this help nobody; the rest is counted. */
const MOST_PACKETS = 50;

function verdictOf(report: VerifyReport, strings: Strings): HTMLElement {
  const stamp = report.accepted
    ? element(
        'p',
        { class: 'stamp accepted' },
        fill(strings.accepted, { program: report.program, processed: report.processed, states: report.states }),
      )
    : element('p', { class: 'stamp refused' }, fill(strings.refused, { program: report.program }));
  const log = element(
    'details',
    { class: 'log' },
    element('summary', {}, strings.log),
    element(
      'pre',
      { tabindex: 0, role: 'group', 'aria-label': strings.log, translate: 'no' },
      element('code', { lang: 'en' }, report.log),
    ),
  );
  return element('div', {}, stamp, report.log ? log : null);
}

/** Neighbours that are the same in every respect become one row with a count. */
function runsOf(packets: readonly PacketReport[]): { packet: PacketReport; count: number }[] {
  const rows: { packet: PacketReport; count: number }[] = [];
  for (const packet of packets) {
    const last = rows.at(-1);
    const same =
      last?.packet.summary === packet.summary &&
      last.packet.verdict === packet.verdict &&
      last.packet.expected === packet.expected &&
      last.packet.instructions === packet.instructions;
    if (same) last.count++;
    else rows.push({ packet, count: 1 });
  }
  return rows;
}

function packetRow(packet: PacketReport, count: number, strings: Strings): HTMLElement {
  const mark = markOf(packet.verdict);
  const wrong = packet.expected !== null && packet.expected !== packet.verdict;
  return element(
    'li',
    { class: `packet-row ${mark}`, 'data-verdict': packet.verdict, title: packet.summary },
    packetDrawing(mark),
    packetEnds(packet),
    element(
      'span',
      { class: 'kind' },
      `${packet.protocol}, ${fill(strings.bytes, { count: packet.length })}${count > 1 ? ` × ${count}` : ''} · `,
      element('span', { class: 'cost' }, fill(strings.instructions, { count: packet.instructions })),
    ),
    element(
      'span',
      { class: `verdict ${mark}` },
      element('code', { translate: 'no' }, packet.verdict),
      ` ${strings[mark]}`,
    ),
    wrong
      ? element('span', { class: 'unexpected' }, fill(strings.otherwise, { verdict: packet.expected ?? '' }))
      : null,
  );
}

/** What came through ring buffers: a row an event, a column a member where BTF knows them. */
function eventTable({ events, moreEvents }: RunReport, strings: Strings): HTMLElement {
  const shown = events.slice(0, MOST_PACKETS);
  const hidden = events.length - shown.length + moreEvents;
  const members = (decoded: unknown): [string, unknown][] =>
    typeof decoded === 'object' && decoded !== null && !Array.isArray(decoded) ? Object.entries(decoded) : [];
  return element(
    'div',
    { class: 'events' },
    element('p', { class: 'outcome-title' }, strings.events),
    element(
      'ol',
      { class: 'event-list', 'aria-label': strings.events, translate: 'no' },
      ...shown.map((event) => {
        const list = members(event.decoded);
        return element(
          'li',
          { 'data-map': event.map },
          element(
            'span',
            { class: 'event-from' },
            element('code', { lang: 'en' }, event.map),
            ' ',
            event.type === null ? fill(strings.bytes, { count: event.length }) : `struct ${event.type}`,
          ),
          list.length === 0
            ? element('code', { class: 'event-bytes', lang: 'en' }, event.bytes)
            : element(
                'dl',
                {},
                ...list.map(([name, value]) =>
                  element('div', {}, element('dt', {}, name), element('dd', {}, plain(value))),
                ),
              ),
        );
      }),
    ),
    hidden > 0 ? element('p', {}, fill(strings.more, { count: hidden })) : null,
  );
}

/** How many packets went on, were dropped, or ended otherwise: what is said aloud. */
export function tallyOf(packets: readonly PacketReport[], strings: Strings): string {
  const counts = new Map<VerdictMark, number>();
  for (const packet of packets) {
    const mark = markOf(packet.verdict);
    counts.set(mark, (counts.get(mark) ?? 0) + 1);
  }
  return [...counts].map(([mark, count]) => fill(strings[`tally-${mark}`], { count })).join(' · ');
}

const profiled = ({ profile }: RunReport, strings: Strings): string =>
  profile ? fill(strings.profiled, { ...profile }) : '';

export const tally = (report: RunReport, strings: Strings): string =>
  report.profile ? profiled(report, strings) : tallyOf(report.packets ?? [], strings);

export function renderResult(report: RunReport, panels: ReadonlySet<string>, strings: Strings): HTMLElement[] {
  const parts: HTMLElement[] = [element('p', { class: 'outcome-title' }, strings.result)];
  if (!report.compiled) {
    parts.push(element('p', { class: 'stamp refused' }, strings['compile-failed']));
    return parts;
  }
  for (const verified of report.verified ?? []) parts.push(verdictOf(verified, strings));
  if (report.fault) parts.push(element('p', { class: 'stamp refused' }, fill(strings.fault, { ...report.fault })));
  if (!report.packets) parts.push(element('p', {}, strings['not-run']));
  if (report.profile) parts.push(element('p', { class: 'profiled' }, profiled(report, strings)));
  const stacks = stacksView(report.maps ?? []);
  if (stacks) parts.push(stacks);
  if (report.packets && !report.profile && panels.has('packets')) {
    const rows = runsOf(report.packets);
    parts.push(
      element(
        'ol',
        { class: 'packets', 'aria-label': strings.packets },
        ...rows.slice(0, MOST_PACKETS).map((row) => packetRow(row.packet, row.count, strings)),
      ),
    );
    if (rows.length > MOST_PACKETS)
      parts.push(element('p', {}, fill(strings.more, { count: rows.length - MOST_PACKETS })));
  }
  if (report.maps && report.maps.length > 0 && report.packets && panels.has('maps')) {
    parts.push(element('div', { class: 'maps' }, ...report.maps.map((map) => mapTable(map, strings))));
  }
  if (report.trace.length > 0 && panels.has('trace')) {
    parts.push(
      element(
        'div',
        { class: 'trace' },
        element('p', { class: 'outcome-title' }, strings.trace),
        element(
          'pre',
          { tabindex: 0, role: 'group', 'aria-label': strings.trace, translate: 'no' },
          element('code', { lang: 'en' }, report.trace.join('\n')),
        ),
      ),
    );
  }
  if (report.events.length > 0) parts.push(eventTable(report, strings));
  const { compile, verify, run } = report.milliseconds;
  const times = fill(strings.times, { compile: compile.toFixed(1), verify: verify.toFixed(1), run: run.toFixed(1) });
  const object = fill(strings.object, { bytes: report.compiled.objectBytes });
  parts.push(element('p', { class: 'times' }, `${times} · ${object}`));
  return parts;
}
