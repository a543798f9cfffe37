// Stacks of maps become a tree and sums: counted by the map that has their numbers, whatever that map is called and its key looks like.
import { describe, expect, test } from 'vitest';
import type { MapReport } from '../lab/api.ts';
import { folded, stacksOf, sumsOf, treeOf } from './stacks.ts';

const map = (name: string, type: string, entries: readonly (readonly [unknown, unknown])[]): MapReport => ({
  name,
  type,
  truncated: false,
  entries: entries.map(([key, value]) => ({ key: '', value: '', decoded: { key, value } })),
});
// The innermost function first, as the kernel keeps them.
const stacks = map('stacks', 'stack_trace', [
  [3, ['ip_rcv', 'net_rx_action', 'irq']],
  [5, ['net_rx_action', 'irq']],
  [9, ['udp_rcv', 'ip_rcv', 'net_rx_action', 'irq']],
]);
const counted = [
  { functions: ['irq', 'net_rx_action', 'ip_rcv'], count: 4 },
  { functions: ['irq', 'net_rx_action'], count: 2 },
  { functions: ['irq', 'net_rx_action', 'ip_rcv', 'udp_rcv'], count: 1 },
];

describe('stacks of maps', () => {
  test.each([
    [
      'plain numbers',
      map(
        'n',
        'hash',
        [3, 5, 9].map((id, i) => [id, [4, 2, 1][i]] as const),
      ),
    ],
    [
      'structures',
      map(
        'n',
        'hash',
        [3, 5, 9].map((id, i) => [{ pid: 7, kern_stack_id: id }, [4, 2, 1][i]] as const),
      ),
    ],
    [
      'one count a processor',
      map(
        'n',
        'percpu_hash',
        [3, 5, 9].map(
          (id, i) =>
            [
              id,
              [
                [3, 1],
                [2, 0],
                [0, 1],
              ][i],
            ] as const,
        ),
      ),
    ],
  ])('are counted by a map with %s', (_, counts) => {
    const other = map('config', 'array', [[0, 17]]);
    expect(stacksOf([other, stacks, counts])).toEqual(counted);
  });

  test('count once where nobody counts them, and not at all where there are none', () => {
    expect(stacksOf([stacks])?.map(({ count }) => count)).toEqual([1, 1, 1]);
    expect(stacksOf([map('n', 'hash', [[1, 2]])])).toBeNull();
    expect(stacksOf([map('stacks', 'stack_trace', [])])).toBeNull();
  });

  test('keys that are no stack, like an error that a program counted too, are nobody’s', () => {
    const counts = map('n', 'hash', [
      [3, 4],
      [-14, 100],
      ['x', 1],
    ]);
    expect(stacksOf([stacks, counts])?.map(({ count }) => count)).toEqual([4, 0, 0]);
  });

  test('make a tree whose parts add up', () => {
    const root = treeOf(counted, 'all');
    expect(root).toMatchObject({ total: 7, self: 0, children: [{ name: 'irq', total: 7, self: 0 }] });
    const check = (node: typeof root): void => {
      expect(node.total).toBe(node.self + node.children.reduce((sum, child) => sum + child.total, 0));
      node.children.forEach(check);
    };
    check(root);
  });

  test('are folded for other tools, and summed by function', () => {
    expect(folded(counted)).toBe(
      'irq;net_rx_action 2\nirq;net_rx_action;ip_rcv 4\nirq;net_rx_action;ip_rcv;udp_rcv 1\n',
    );
    expect(sumsOf(counted)[0]).toEqual({ name: 'ip_rcv', self: 4, total: 5 });
    // Recursion is one function, not two.
    expect(sumsOf([{ functions: ['f', 'g', 'f'], count: 3 }])).toEqual([
      { name: 'f', self: 3, total: 3 },
      { name: 'g', self: 0, total: 3 },
    ]);
  });
});
