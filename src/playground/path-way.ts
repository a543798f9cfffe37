// One packet's way as a drawing: stations on a line that runs down through hardware, kernel and user space, with what each one cost
// and who decided there. The packet stands at the station that is looked at. All of it is text in lists, so that it is read aloud as well.
import type { PathReport, PathStep, PathWay } from '../lab/path-report.ts';
import { drawing, element } from './dom.ts';
import { packetDrawing } from './packet.ts';
import { fill } from './strings.ts';
import type english from '../../content/ui/en/path.json';

export type PathStrings = typeof english;

type Ground = 'hardware' | 'kernel' | 'user';
const GROUNDS: Readonly<Partial<Record<PathStep['stage'], Ground>>> = {
  nic_ring: 'hardware',
  wire: 'hardware',
  application: 'user',
  socket_send: 'user',
};
const groundOf = (step: PathStep): Ground => GROUNDS[step.stage] ?? 'kernel';

/** A stage is a box, a program's decision a gate, an end an octagon: told apart without colour, as in the chapters' diagrams. */
const SYMBOLS = {
  stage: '<rect x="3" y="5" width="26" height="18" rx="4"/>',
  gate: '<path d="M8 4h16l6 10l-6 10h-16l-6 -10z"/>',
  end: '<path d="M10 3h12l7 7v8l-7 7h-12l-7 -7v-8z"/><path class="cross" d="M11.5 9.5l9 9M20.5 9.5l-9 9"/>',
  arrived: '<circle cx="16" cy="14" r="11"/><path class="cross" d="M10.5 14.5l4 4 7-8"/>',
} as const;

function symbolOf(step: PathStep, last: boolean): keyof typeof SYMBOLS {
  if (step.verdict === 'drop') return 'end';
  if (step.program !== null) return 'gate';
  return last && step.verdict === 'consumed' ? 'arrived' : 'stage';
}

const grouped = (value: number): string => value.toLocaleString('en');

/** "dropped: XDP_DROP" */
export function verdictText(step: PathStep, strings: PathStrings): string {
  return step.verdict === 'drop' ? fill(strings['drop-reason'], { reason: step.reason }) : strings[step.verdict];
}

export interface WayActions {
  /** shows a line of C in the code */
  goTo(file: string, line: number): void;
  /** a station was chosen, by its position in the way */
  choose(index: number): void;
}

export interface WayView {
  readonly root: HTMLElement;
  /** the packet goes to a station, which is left where it is, scrolled into sight, or focused as well */
  stand(index: number, then: 'still' | 'seen' | 'focused'): void;
}

function decision(step: PathStep, strings: PathStrings, actions: WayActions): HTMLElement | null {
  const { program, answer, line } = step;
  if (program === null || answer === null) return null;
  const said = element('span', { class: 'decision', translate: 'no' });
  const code = (text: string): HTMLElement => element('code', { lang: 'en' }, text);
  said.append(code(program), ' → ', code(answer));
  const parts: HTMLElement[] = [said];
  if (line) {
    parts.push(
      element(
        'button',
        {
          type: 'button',
          class: 'line-link',
          'aria-label': fill(strings['line-label'], { program, answer, line: line.line }),
          onclick: () => actions.goTo(line.file, line.line),
        },
        fill(strings.line, { line: line.line }),
      ),
    );
  }
  if (step.changed > 0) parts.push(element('span', {}, fill(strings.changed, { count: step.changed })));
  return element('p', { class: 'decided' }, ...parts);
}

function station(
  way: PathWay,
  index: number,
  most: number,
  report: PathReport,
  strings: PathStrings,
  actions: WayActions,
): HTMLElement {
  const step = way.steps[index] as PathStep;
  const symbol = symbolOf(step, index === way.steps.length - 1);
  const bar = element('span', { class: 'cost-bar', 'aria-hidden': 'true' });
  bar.style.setProperty('--share', String(most === 0 ? 0 : step.cost / most));
  const through = report.stages[step.stage]?.packets;
  const before = way.steps[index - 1];
  const place = [
    step.interface !== '' && step.interface !== before?.interface
      ? fill(strings.on, { interface: step.interface })
      : '',
    step.namespace !== '' && step.namespace !== before?.namespace
      ? fill(strings.in, { namespace: step.namespace })
      : '',
  ].filter(Boolean);
  return element(
    'li',
    { class: `station ${symbol} ${step.verdict}`, 'data-stage': step.stage },
    element('span', { class: 'rail' }, drawing('0 0 32 28', SYMBOLS[symbol])),
    element(
      'div',
      { class: 'station-text' },
      element(
        'button',
        {
          type: 'button',
          class: 'station-name',
          tabindex: -1,
          onclick: () => actions.choose(index),
        },
        element('span', { class: 'stage-name' }, strings.stages[step.stage]),
        element('code', { class: 'kernel-function', lang: 'en', translate: 'no' }, step.kernelFunction),
        element('span', { class: 'verdict-text' }, verdictText(step, strings)),
      ),
      element('p', { class: 'stage-text' }, strings.texts[step.stage]),
      decision(step, strings, actions),
      place.length > 0 ? element('p', { class: 'stage-place', translate: 'no' }, place.join(' · ')) : null,
    ),
    element(
      'div',
      { class: 'station-figures' },
      element('span', { class: 'cost' }, fill(strings.cost, { count: grouped(step.cost) })),
      bar,
      through === undefined
        ? null
        : element('span', { class: 'through' }, fill(strings.through, { count: grouped(through) })),
    ),
  );
}

/** The stations in bands, one for each stretch of hardware, kernel or user space. */
export function wayView(way: PathWay, report: PathReport, strings: PathStrings, actions: WayActions): WayView {
  const most = Math.max(...way.steps.map((step) => step.cost));
  const stations = way.steps.map((_, index) => station(way, index, most, report, strings, actions));
  const packet = element('span', { class: 'way-packet', 'aria-hidden': 'true' });
  const bands: HTMLElement[] = [];
  let list: HTMLElement | null = null;
  let ground: Ground | null = null;
  way.steps.forEach((step, index) => {
    const here = groundOf(step);
    if (here !== ground || !list) {
      ground = here;
      list = element('ol', { start: index + 1 });
      bands.push(
        element('div', { class: `band ${here}` }, element('p', { class: 'band-name' }, strings[`band-${here}`]), list),
      );
    }
    list.append(stations[index] as HTMLElement);
  });
  const root = element('div', { class: 'way', role: 'group', 'aria-label': strings.follow }, ...bands, packet);
  let at = 0;
  root.addEventListener('keydown', (event) => {
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: stations.length - 1 }[event.key];
    if (to === undefined || to < 0 || to >= stations.length) return;
    event.preventDefault();
    actions.choose(to);
  });

  /** The packet lies over the symbol of its station, in the root's own coordinates. */
  function place(): void {
    const rail = stations[at]?.querySelector<HTMLElement>('.rail');
    if (!rail || rail.offsetParent === null) return;
    const box = rail.getBoundingClientRect();
    const own = root.getBoundingClientRect();
    packet.style.transform = `translate(${box.left - own.left + box.width / 2}px, ${box.top - own.top + 22}px)`;
  }

  return {
    root,
    stand(index, then) {
      at = index;
      const step = way.steps[index];
      stations.forEach((item, i) => {
        item.classList.toggle('current', i === index);
        item.classList.toggle('passed-by', i < index);
        const button = item.querySelector<HTMLElement>('.station-name');
        button?.setAttribute('tabindex', i === index ? '0' : '-1');
        if (i === index) button?.setAttribute('aria-current', 'step');
        else button?.removeAttribute('aria-current');
        if (i === index && then === 'focused') button?.focus({ preventScroll: true });
      });
      const last = index === way.steps.length - 1;
      const mark =
        step?.verdict === 'drop' ? 'dropped' : last && step?.verdict === 'consumed' ? 'passed' : 'other-verdict';
      packet.replaceChildren(packetDrawing(mark));
      place();
      const current = stations[index];
      if (then !== 'still') current?.scrollIntoView({ block: 'nearest', behavior: 'instant' });
    },
  };
}
