// The Path panel: the packets of the example's network are sent, one of them is chosen, and followed from stage to stage. What is shown
// comes from the records of that run; the line of C that decided is lit in the code, and one press away.
import type { PathReport, PathWay } from '../lab/path-report.ts';
import { element } from './dom.ts';
import { download } from './download.ts';
import { packetDrawing } from './packet.ts';
import type { Panel, PanelContext } from './panels.ts';
import { verdictText, wayView, type PathStrings, type WayView } from './path-way.ts';
import { fill } from './strings.ts';
import './path.css';

/** Milliseconds at one stage while the packet goes by itself: long enough to read its name. */
const PACE = 900;

const files = import.meta.glob<PathStrings>('../../content/ui/*/path.json', { import: 'default' });

export async function loadPathStrings(language: string): Promise<PathStrings> {
  const load = files[`../../content/ui/${language}/path.json`] ?? files['../../content/ui/en/path.json'];
  if (!load) throw new Error('the path has no words');
  return load();
}

const grouped = (value: number): string => value.toLocaleString('en');

let groups = 0;

export async function pathPanel(context: PanelContext): Promise<Panel> {
  const strings = await loadPathStrings(context.language);
  const content = element('div', { class: 'path-panel' });
  const group = `path-${++groups}`;
  let report: PathReport | null = null;
  let chosen = 0;
  let at = 0;
  let view: WayView | null = null;
  let timer: ReturnType<typeof setInterval> | undefined;
  let asked = 0;
  /** the program ran while nobody was looking */
  let due = false;
  let lit: string | null = null;

  const status = element('p', { class: 'path-status', role: 'status' });
  const message = element('p', { class: 'path-message', role: 'status' });
  const send = element(
    'button',
    { type: 'button', 'data-action': 'send-path', onclick: () => void load() },
    strings.send,
  );
  const step = (label: string, name: string, by: number): HTMLButtonElement =>
    element(
      'button',
      { type: 'button', class: 'step', 'data-step': name, onclick: () => (stop(), move(at + by, 'seen')) },
      label,
    );
  const previous = step(`‹ ${strings.previous}`, 'previous', -1);
  const next = step(`${strings.next} ›`, 'next', 1);
  const play = element('button', { type: 'button', class: 'step play', 'data-step': 'play', onclick: () => toggle() });
  const reduced = matchMedia('(prefers-reduced-motion: reduce)');

  function stop(): void {
    clearInterval(timer);
    timer = undefined;
    play.textContent = strings.play;
  }
  function toggle(): void {
    if (timer !== undefined) return stop();
    const way = report?.ways[chosen];
    if (!way) return;
    if (at >= way.steps.length - 1) move(0, 'seen');
    play.textContent = strings.pause;
    timer = setInterval(() => {
      move(at + 1, 'seen');
      if (at >= way.steps.length - 1) stop();
    }, PACE);
  }
  context.over.addEventListener('abort', stop);

  /** Goes to a stage of the way: the packet stands there, and the line that decided there is lit in the code. */
  function move(to: number, then: 'still' | 'seen' | 'focused' = 'still'): void {
    const way = report?.ways[chosen];
    if (!way || !view) return;
    at = Math.max(0, Math.min(to, way.steps.length - 1));
    view.stand(at, then);
    previous.disabled = at === 0;
    next.disabled = at === way.steps.length - 1;
    const here = way.steps[at];
    if (!here) return;
    status.textContent = fill(strings.status, {
      number: at + 1,
      count: way.steps.length,
      stage: strings.stages[here.stage],
      verdict: verdictText(here, strings),
    });
    if (lit !== null) context.mark(lit, new Set());
    lit = here.line?.file ?? null;
    if (here.line) context.mark(here.line.file, new Set([here.line.line]));
  }

  function choice(way: PathWay, index: number): HTMLElement {
    const last = way.steps.at(-1);
    const mark = last?.verdict === 'drop' ? 'dropped' : last?.verdict === 'consumed' ? 'passed' : 'other-verdict';
    const origin = way.from !== null ? strings.answers : way.traffic === null ? strings['of-machine'] : '';
    const input = element('input', { type: 'radio', name: group, value: index, checked: index === chosen });
    input.addEventListener('change', () => {
      stop();
      chosen = index;
      show();
    });
    return element(
      'label',
      { class: `way-choice ${mark}${way.from === null ? '' : ' answer'}` },
      input,
      packetDrawing(mark),
      element(
        'span',
        { class: 'way-what' },
        element(
          'span',
          { class: 'way-summary', translate: 'no', lang: 'en' },
          way.summary || fill(strings.unseen, { count: way.length }),
        ),
        element(
          'span',
          { class: 'way-end' },
          way.count > 1 ? element('strong', {}, `${fill(strings.times, { count: grouped(way.count) })} · `) : null,
          origin === '' ? null : `${origin} · `,
          last ? fill(strings.ended, { stage: strings.stages[last.stage], verdict: verdictText(last, strings) }) : '',
        ),
      ),
    );
  }

  /** Answers stand beneath what they answer. */
  function order(ways: readonly PathWay[]): number[] {
    const sorted: number[] = [];
    const add = (index: number): void => {
      sorted.push(index);
      ways.forEach((way, i) => {
        if (way.from === index && i !== index && !sorted.includes(i)) add(i);
      });
    };
    ways.forEach((way, index) => {
      if (way.from === null) add(index);
    });
    return sorted;
  }

  /** Shows the chosen way from its first stage. */
  function show(): void {
    const way = report?.ways[chosen];
    const place = content.querySelector('.way-place');
    if (!report || !way || !place) return;
    view = wayView(way, report, strings, {
      goTo: (file, line) => context.goTo(file, line),
      choose(index) {
        stop();
        move(index, 'focused');
      },
    });
    place.replaceChildren(view.root);
    // Where it was decided is what one came to see: the first stage of a program, else the beginning.
    const decided = way.steps.findIndex((it) => it.program !== null);
    move(decided < 0 ? 0 : decided);
  }

  function totals({ packets, nanoseconds, allocations, drops, recorded }: PathReport): HTMLElement {
    const dropped = Object.entries(drops).map(([reason, count]) => `${reason} ${grouped(count)}`);
    return element(
      'div',
      { class: 'path-totals' },
      element(
        'p',
        {},
        fill(strings.totals, {
          packets: grouped(packets),
          nanoseconds: grouped(nanoseconds),
          allocations: grouped(allocations),
        }),
      ),
      dropped.length > 0 ? element('p', {}, fill(strings.dropped, { list: dropped.join(', ') })) : null,
      recorded < packets
        ? element('p', {}, fill(strings['more-ways'], { count: grouped(recorded), packets: grouped(packets) }))
        : null,
    );
  }

  function draw(done: PathReport): void {
    report = done;
    chosen = Math.max(
      0,
      done.ways.findIndex((way) => way.traffic !== null),
    );
    const { capture } = done;
    stop();
    play.hidden = reduced.matches;
    content.replaceChildren(
      context.packets() === null ? '' : element('p', { class: 'hint' }, strings.own),
      element(
        'div',
        { class: 'path-body' },
        element(
          'fieldset',
          { class: 'way-choices' },
          element('legend', {}, strings.choose),
          ...order(done.ways).map((index) => choice(done.ways[index] as PathWay, index)),
        ),
        element(
          'div',
          { class: 'path-follow' },
          element('div', { class: 'steps' }, previous, next, play, status),
          element('div', { class: 'way-place' }),
        ),
      ),
      totals(done),
      element(
        'details',
        { class: 'honest' },
        element('summary', {}, strings['honest-title']),
        element('p', {}, strings.honest),
      ),
      element(
        'div',
        { class: 'panel-actions' },
        send,
        capture
          ? element(
              'button',
              {
                type: 'button',
                'data-action': 'save-capture',
                onclick: () => download('interfaces.pcap', 'application/vnd.tcpdump.pcap', capture),
              },
              strings.save,
            )
          : null,
        message,
      ),
    );
    show();
  }

  function say(text: string, problems: readonly string[] = []): void {
    message.textContent = text;
    content.replaceChildren(
      element('div', { class: 'panel-actions' }, send, message),
      ...problems.map((problem) => element('p', { class: 'path-problem' }, problem)),
    );
  }

  async function load(): Promise<void> {
    const number = ++asked;
    due = false;
    const packets = context.packets();
    if (report === null) say(strings.running);
    else message.textContent = strings.running;
    const { seed } = context.scenario();
    const outcome = await context.lab.path(context.project(), {
      network: context.network(),
      ...(seed === undefined ? {} : { seed }),
      ...(packets === null ? {} : { packets }),
    });
    if (number !== asked) return;
    content.classList.remove('stale');
    message.textContent = '';
    if (!outcome.ok) return say(context.strings[outcome.reason]);
    const { ways, diagnostics } = outcome.report;
    const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
    const refused = errors.some(({ code }) => !code.startsWith('S'));
    if (ways.length === 0) {
      if (errors.length > 0) await context.explanations();
      if (number !== asked) return;
      report = null;
      return say(
        refused ? strings.refused : errors.length > 0 ? '' : strings['no-packets'],
        refused ? [] : errors.map((problem) => context.explain(problem) ?? problem.message),
      );
    }
    draw(outcome.report);
  }

  say(strings.empty);
  return {
    name: 'path',
    title: context.strings.path,
    content,
    shown() {
      if (due) void load();
      else if (report && view) move(at);
    },
    ran({ packets }) {
      // A refused program carries nothing; its problems are shown already.
      if (packets === null) {
        report = null;
        return say(strings.refused);
      }
      due = true;
    },
    packetsChanged: stale,
    stale,
  };

  function stale(): void {
    asked++;
    stop();
    due = false;
    if (report === null) return;
    content.classList.add('stale');
    message.textContent = strings.stale;
  }
}
