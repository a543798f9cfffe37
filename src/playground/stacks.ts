// Call stacks put together to a tree: which functions were under way, called by which, and how often. From the records of the maps alone.
import type { MapReport } from '../lab/api.ts';

export interface StackNode {
  readonly name: string;
  /** samples in it and in what it called */
  total: number;
  /** samples in itself */
  self: number;
  /** in the order of their names, so that the same work looks the same */
  readonly children: StackNode[];
}

/** One stack, the outermost function first, and how often it was seen. */
export interface CountedStack {
  readonly functions: readonly string[];
  readonly count: number;
}

const isStacks = (map: MapReport): boolean => map.type === 'stack_trace';

/** The stack's number in a key: the key itself, or the member that is called so. */
function stackIn(key: unknown): number | null {
  if (typeof key === 'number') return key;
  if (typeof key !== 'object' || key === null) return null;
  const [, value] = Object.entries(key).find(([name]) => /stack|kern/i.test(name)) ?? [];
  return typeof value === 'number' ? value : null;
}

function countIn(value: unknown): number | null {
  if (typeof value === 'number') return value;
  if (!Array.isArray(value) || value.length === 0 || !value.every((one) => typeof one === 'number')) return null;
  // One count a processor.
  return value.reduce<number>((sum, one) => sum + one, 0);
}

/**
 * The stacks of the maps, with the counts that another map has for their numbers; once each where none counts them. null: no map keeps stacks,
 * or none was kept.
 */
export function stacksOf(maps: readonly MapReport[]): CountedStack[] | null {
  const stacks = new Map<number, readonly string[]>();
  for (const { decoded } of maps.filter(isStacks).flatMap((map) => map.entries))
    if (typeof decoded?.key === 'number' && Array.isArray(decoded.value))
      stacks.set(decoded.key, (decoded.value as string[]).toReversed());
  if (stacks.size === 0) return null;
  const counts = maps
    .filter((map) => !isStacks(map))
    .map((map) => {
      const found = new Map<number, number>();
      for (const { decoded } of map.entries) {
        const id = stackIn(decoded?.key);
        const count = countIn(decoded?.value);
        if (id !== null && count !== null && stacks.has(id)) found.set(id, (found.get(id) ?? 0) + count);
      }
      return found;
    })
    .reduce<ReadonlyMap<number, number>>((best, one) => (one.size > best.size ? one : best), new Map());
  return [...stacks].map(([id, functions]) => ({ functions, count: counts.size === 0 ? 1 : (counts.get(id) ?? 0) }));
}

/** `name`: of the root, which stands for everything. */
export function treeOf(stacks: readonly CountedStack[], name: string): StackNode {
  const root: StackNode = { name, total: 0, self: 0, children: [] };
  for (const { functions, count } of stacks) {
    let node = root;
    node.total += count;
    for (const called of functions) {
      let child = node.children.find((one) => one.name === called);
      if (!child) node.children.push((child = { name: called, total: 0, self: 0, children: [] }));
      child.total += count;
      node = child;
    }
    node.self += count;
  }
  const sort = (node: StackNode): void => {
    node.children.sort((a, b) => (a.name < b.name ? -1 : 1));
    node.children.forEach(sort);
  };
  sort(root);
  return root;
}

/** One line a stack, as flame graph tools read them. */
export const folded = (stacks: readonly CountedStack[]): string =>
  stacks
    .filter(({ count }) => count > 0)
    .map(({ functions, count }) => `${functions.join(';')} ${count}\n`)
    .sort()
    .join('');

export interface FunctionSum {
  readonly name: string;
  readonly self: number;
  readonly total: number;
}

/** Every function once: a stack counts once for it, however often it is in there. The most samples of its own first. */
export function sumsOf(stacks: readonly CountedStack[]): FunctionSum[] {
  const sums = new Map<string, { self: number; total: number }>();
  for (const { functions, count } of stacks) {
    for (const name of new Set(functions)) {
      const sum = sums.get(name) ?? { self: 0, total: 0 };
      sum.total += count;
      if (functions.at(-1) === name) sum.self += count;
      sums.set(name, sum);
    }
  }
  return [...sums]
    .map(([name, sum]) => ({ name, ...sum }))
    .sort((a, b) => b.self - a.self || b.total - a.total || (a.name < b.name ? -1 : 1));
}
