// What came of a patch or a module: the machine's state, every packet, the kernel's log, and a button when only a restart helps. Drawn from
// the report only.
import type { Fate, WayFault, WayPacket, WayReport } from '../lab/way-report.ts';
import { drawing, element } from './dom.ts';
import { packetDrawing, packetEnds } from './packet.ts';
import { fill, type Strings } from './strings.ts';
import type { VerdictMark } from './verdict.ts';
import type { WayStrings } from './way-strings.ts';
import './outcome.css';
import './ways.css';

export interface WayActions {
  goTo(file: string, line: number, column: number): void;
  reboot(): void;
}

/** How a fate is drawn; told apart by the words beside it, too. */
export const MARK: Readonly<Record<Fate, VerdictMark>> = {
  delivered: 'passed',
  refused: 'dropped',
  discarded: 'other-verdict',
  fatal: 'dropped',
  unseen: 'other-verdict',
};

const FATES: readonly Fate[] = ['delivered', 'refused', 'discarded', 'fatal', 'unseen'];

const grouped = (value: number): string => Math.round(value).toLocaleString('en');

/** A lamp with an outline of its own for each state. */
export function lamp(state: WayReport['state'], words: WayStrings): HTMLElement {
  const outline = {
    alive: '<circle cx="10" cy="10" r="7.5"/><path d="M6.5 10.2l2.4 2.4 4.6-5"/>',
    panicked: '<path d="M7 2h6l5 5v6l-5 5H7l-5-5V7z"/><path d="M7 7l6 6M13 7l-6 6"/>',
    hanging: '<path d="M10 2.5L18 17H2z"/><path d="M10 8v4M10 14.4v.2"/>',
  }[state];
  return element('span', { class: `lamp ${state}` }, drawing('0 0 20 20', outline), element('span', {}, words[state]));
}

/** How many ended how: what is said aloud, and what a glance needs. */
export function tallyOfFates(fates: Readonly<Record<Fate, number>>, words: WayStrings): string {
  return FATES.filter((fate) => fates[fate] > 0)
    .map((fate) => fill(words[`${fate}-count`], { count: grouped(fates[fate]) }))
    .join(' · ');
}

export function countFates(packets: readonly WayPacket[]): Record<Fate, number> {
  const counts: Record<Fate, number> = { delivered: 0, refused: 0, discarded: 0, fatal: 0, unseen: 0 };
  for (const { fate } of packets) counts[fate]++;
  return counts;
}

/** dmesg: its own scrolling box, whose lines never wrap. */
export function logView(log: readonly string[], words: WayStrings, open: boolean): HTMLElement {
  if (log.length === 0) return element('p', { class: 'log-empty' }, words['log-empty']);
  return element(
    'details',
    { class: 'log kernel-log', open },
    element('summary', {}, words.log),
    element(
      'pre',
      { tabindex: 0, role: 'group', 'aria-label': words.log, translate: 'no' },
      element('code', { lang: 'en' }, log.join('\n')),
    ),
    log.some((line) => line.includes('Code:')) ? element('p', { class: 'log-note' }, words['log-note']) : null,
  );
}

/** Neighbours that are the same in every respect become one row with a count. */
function runsOf(packets: readonly WayPacket[]): { packet: WayPacket; count: number }[] {
  const rows: { packet: WayPacket; count: number }[] = [];
  for (const packet of packets) {
    const last = rows.at(-1);
    if (last?.packet.summary === packet.summary && last.packet.fate === packet.fate) last.count++;
    else rows.push({ packet, count: 1 });
  }
  return rows;
}

function packetRow(packet: WayPacket, count: number, words: WayStrings, strings: Strings): HTMLElement {
  const mark = MARK[packet.fate];
  const { fate, stage, reason } = packet;
  return element(
    'li',
    { class: `packet-row ${mark} ${fate}`, 'data-fate': fate, title: packet.summary },
    packetDrawing(mark),
    packetEnds(packet),
    element(
      'span',
      { class: 'kind' },
      `${packet.protocol}, ${fill(strings.bytes, { count: packet.length })}${count > 1 ? ` × ${count}` : ''}`,
    ),
    element(
      'span',
      { class: `verdict ${mark}` },
      stage === '' ? null : element('code', { translate: 'no', lang: 'en' }, reason === '' ? stage : reason),
      ` ${words[fate]}`,
    ),
  );
}

function faultPlace({ source }: WayFault, words: WayStrings, actions: WayActions): HTMLElement {
  if (!source) return element('p', {}, words['fault-nowhere']);
  const { file, line, column } = source;
  return element(
    'p',
    {},
    element(
      'button',
      { type: 'button', class: 'fault-place', onclick: () => actions.goTo(file, line, column) },
      fill(words['fault-at'], { file, line }),
    ),
  );
}

/** The machine is dead, hangs or limps: what happened, where, and how it goes on. */
function disaster(report: WayReport, words: WayStrings, actions: WayActions): HTMLElement | null {
  const [fault] = report.faults;
  if (!fault && report.state === 'alive') return null;
  const how = report.state === 'alive' ? 'limping' : report.state;
  return element(
    'div',
    { class: `disaster ${how}`, role: 'group', 'aria-label': words[`title-${how}`] },
    element('p', { class: 'disaster-title' }, words[`title-${how}`]),
    fault ? element('p', {}, element('code', { lang: 'en', translate: 'no' }, fault.title)) : null,
    element('p', {}, words[`text-${how}`]),
    fault ? faultPlace(fault, words, actions) : null,
    element(
      'button',
      { type: 'button', class: 'reboot', 'data-action': 'reboot', onclick: () => actions.reboot() },
      words.reboot,
    ),
  );
}

function attackView(report: WayReport, words: WayStrings): HTMLElement | null {
  const { attack } = report;
  if (!attack) return null;
  const { reads, writes, secret, userBefore: before, userAfter: after } = attack;
  return element(
    'div',
    { class: 'disaster attack', role: 'group', 'aria-label': words['attack-title'] },
    element('p', { class: 'disaster-title' }, words['attack-title']),
    element('p', {}, fill(words['attack-text'], { reads, writes, secret, before, after })),
    element('p', {}, after === 0 ? words['attack-root'] : words['attack-failed']),
  );
}

export function renderWay(report: WayReport, words: WayStrings, strings: Strings, actions: WayActions): HTMLElement[] {
  const parts: HTMLElement[] = [element('p', { class: 'outcome-title' }, strings.result)];
  if (!report.started) {
    const failed = report.diagnostics.some((diagnostic) => diagnostic.severity === 'error');
    parts.push(element('p', { class: 'stamp refused' }, failed ? words['not-built'] : words['not-started']));
    if (report.said !== '')
      parts.push(
        element(
          'p',
          { class: 'kernel-message' },
          `${words['insmod-says']} `,
          element('code', { lang: 'en', translate: 'no' }, report.said),
        ),
      );
    if (report.log.length > 0) parts.push(logView(report.log, words, true));
    const died = disaster(report, words, actions);
    if (died) parts.push(died);
    return parts;
  }
  parts.push(
    element(
      'p',
      { class: 'stamp accepted' },
      report.way === 'patch' ? words['started-patch'] : words['started-module'],
    ),
  );
  const rows = runsOf(report.packets);
  parts.push(
    element(
      'ol',
      { class: 'packets', 'aria-label': strings.packets },
      ...rows.slice(0, 50).map((row) => packetRow(row.packet, row.count, words, strings)),
    ),
  );
  if (rows.length > 50) parts.push(element('p', {}, fill(strings.more, { count: rows.length - 50 })));
  for (const part of [disaster(report, words, actions), attackView(report, words)]) if (part) parts.push(part);
  parts.push(logView(report.log, words, true));
  if (report.counts) {
    const { allocations, bytesCopied, nanoseconds } = report.counts;
    const text = fill(words.counts, {
      allocations: grouped(allocations),
      bytes: grouped(bytesCopied),
      nanoseconds: grouped(nanoseconds),
    });
    parts.push(element('p', { class: 'times' }, text));
  }
  return parts;
}
