// A flame graph of call stacks: every function as wide as its share of the samples, what it called below it. Pressing one makes it as wide as
// all; the same figures stand in a table, for whoever would rather read them. Loaded when there are stacks to show.
import type { MapReport } from '../lab/api.ts';
import { element } from './dom.ts';
import { download } from './download.ts';
import { folded, stacksOf, sumsOf, treeOf, type CountedStack, type FunctionSum, type StackNode } from './stacks.ts';
import { fill } from './strings.ts';
import type english from '../../content/ui/en/flame.json';
import './buttons.css';
import './flame-graph.css';

export type FlameStrings = typeof english;
const files = import.meta.glob<FlameStrings>('../../content/ui/*/flame.json', { import: 'default' });

export async function loadFlameStrings(language: string): Promise<FlameStrings> {
  const load = files[`../../content/ui/${language}/flame.json`] ?? files['../../content/ui/en/flame.json'];
  if (!load) throw new Error('the flame graph has no words');
  return load();
}

/** Narrower than this share of the picture, a function is not drawn; the table has it. */
const LEAST = 1 / 400;
/** Functions in the table; the rest took next to nothing. */
const MOST_ROWS = 50;

interface Frame {
  readonly node: StackNode;
  readonly parent: Frame | null;
  readonly depth: number;
  /** samples to its left, in the whole picture */
  readonly start: number;
  readonly box: HTMLElement;
}

const percent = (part: number, whole: number): string => (whole === 0 ? '0' : ((100 * part) / whole).toFixed(1));

/** null: the maps keep no stacks. */
export function flameGraph(maps: readonly MapReport[], strings: FlameStrings): HTMLElement | null {
  const stacks = stacksOf(maps);
  if (!stacks) return null;
  const root = treeOf(stacks, strings.all);
  // What a screen reader hears is the function's own label; this is for eyes.
  const said = element('p', { class: 'flame-said', 'aria-hidden': 'true' });
  return element(
    'section',
    { class: 'flame', 'aria-label': strings.title },
    element('p', { class: 'flame-title' }, strings.title),
    picture(root, strings, (text) => (said.textContent = text)),
    said,
    table(sumsOf(stacks), root.total, strings),
    save(stacks, strings),
  );
}

function picture(root: StackNode, strings: FlameStrings, say: (text: string) => void): HTMLElement {
  const tree = element('div', { class: 'flame-tree', role: 'tree', 'aria-label': strings.title });
  const frames: Frame[] = [];
  let zoomed: Frame;
  let here: Frame;

  const told = ({ node }: Frame): string =>
    fill(strings.frame, {
      name: node.name,
      count: node.total,
      all: root.total,
      percent: percent(node.total, root.total),
      self: node.self,
    });

  function add(node: StackNode, parent: Frame | null, start: number, place: number, places: number): Frame {
    const depth = parent ? parent.depth + 1 : 0;
    const box = element(
      'div',
      {
        class: `flame-frame shade-${shadeOf(node.name)}`,
        role: 'treeitem',
        tabindex: parent ? -1 : 0,
        'aria-level': depth + 1,
        'aria-posinset': place,
        'aria-setsize': places,
        'aria-expanded': node.children.length > 0 ? 'true' : undefined,
        'aria-selected': 'false',
      },
      element('span', { translate: parent ? 'no' : 'yes', lang: parent ? 'en' : undefined }, node.name),
    );
    const frame: Frame = { node, parent, depth, start, box };
    box.setAttribute('aria-label', told(frame));
    box.title = told(frame);
    box.addEventListener('click', () => zoom(frame === zoomed && frame.parent ? frame.parent : frame));
    box.addEventListener('focus', () => {
      here = frame;
      say(told(frame));
    });
    box.addEventListener('pointerenter', () => say(told(frame)));
    frames.push(frame);
    tree.append(box);
    let at = start;
    node.children.forEach((child, i) => {
      add(child, frame, at, i + 1, node.children.length);
      at += child.total;
    });
    return frame;
  }

  /** Is `frame` `outer`, or called from there? */
  const isIn = (frame: Frame, outer: Frame): boolean => {
    for (let one: Frame | null = frame; one; one = one.parent) if (one === outer) return true;
    return false;
  };

  /** Makes a function as wide as the picture; what called it stays above it, as wide. */
  function zoom(to: Frame): void {
    zoomed = to;
    const { start, node } = to;
    let deepest = 0;
    for (const frame of frames) {
      const { box, depth } = frame;
      const above = isIn(to, frame);
      const left = (frame.start - start) / node.total;
      const width = frame.node.total / node.total;
      box.hidden = !above && !(isIn(frame, to) && width >= LEAST);
      if (box.hidden) continue;
      deepest = Math.max(deepest, depth);
      box.style.insetInlineStart = above ? '0' : `${100 * left}%`;
      box.style.inlineSize = above ? '100%' : `${100 * width}%`;
      box.style.setProperty('--row', String(depth));
      box.classList.toggle('above', above && frame !== to);
      box.setAttribute('aria-selected', String(frame === to));
    }
    tree.style.setProperty('--rows', String(deepest + 1));
    focus(to, tree.contains(document.activeElement));
    say(told(to));
  }

  function focus(to: Frame, really: boolean): void {
    here.box.tabIndex = -1;
    here = to;
    to.box.tabIndex = 0;
    if (really) to.box.focus({ preventScroll: true });
  }

  const shownAmong = (candidates: readonly Frame[]): Frame[] => candidates.filter(({ box }) => !box.hidden);
  const childrenOf = (frame: Frame): Frame[] => shownAmong(frames.filter(({ parent }) => parent === frame));
  tree.addEventListener('keydown', (event) => {
    const siblings = here.parent ? childrenOf(here.parent) : [here];
    const at = siblings.indexOf(here);
    const widest = childrenOf(here).sort((a, b) => b.node.total - a.node.total)[0];
    const to: Readonly<Record<string, Frame | null | undefined>> = {
      ArrowDown: widest,
      ArrowUp: here.parent,
      ArrowRight: siblings[at + 1],
      ArrowLeft: siblings[at - 1],
      Home: frames[0],
      End: shownAmong(frames).at(-1),
    };
    if (event.key === 'Enter' || event.key === ' ') zoom(here);
    else if (event.key === 'Escape' && zoomed.parent && frames[0]) zoom(frames[0]);
    else if (!(event.key in to)) return;
    else {
      const next = to[event.key];
      if (next) focus(next, true);
    }
    event.preventDefault();
  });

  here = zoomed = add(root, null, 0, 1, 1);
  zoom(here);
  return tree;
}

/** The same function has the same colour everywhere; the colours mean nothing else. */
function shadeOf(name: string): number {
  let sum = 0;
  for (const character of name) sum = (sum * 31 + character.charCodeAt(0)) % 9973;
  return sum % 4;
}

function table(sums: readonly FunctionSum[], all: number, strings: FlameStrings): HTMLElement {
  const row = ({ name, self, total }: FunctionSum): HTMLElement =>
    element(
      'tr',
      {},
      element('th', { scope: 'row', translate: 'no', lang: 'en' }, name),
      element('td', {}, String(self)),
      element('td', {}, `${percent(self, all)} %`),
      element('td', {}, String(total)),
      element('td', {}, `${percent(total, all)} %`),
    );
  const head = (text: string): HTMLElement => element('th', { scope: 'colgroup', colspan: 2 }, text);
  return element(
    'details',
    { class: 'log flame-table' },
    element('summary', {}, strings.table),
    element(
      'div',
      { class: 'flame-scroll', tabindex: 0, role: 'group', 'aria-label': strings.table },
      element(
        'table',
        {},
        element(
          'thead',
          {},
          element('tr', {}, element('th', { scope: 'col' }, strings.function), head(strings.self), head(strings.total)),
        ),
        element('tbody', {}, ...sums.slice(0, MOST_ROWS).map(row)),
      ),
    ),
  );
}

function save(stacks: readonly CountedStack[], strings: FlameStrings): HTMLElement {
  const act = (): void => download('stacks.folded', 'text/plain', folded(stacks));
  return element(
    'div',
    { class: 'flame-actions' },
    element('button', { type: 'button', 'data-action': 'save-stacks', onclick: act }, strings.save),
    element('p', {}, strings.keys),
  );
}
