// Is the graph the walk? Trees that hang together, branches with two ways, prunings that name what covers them — over the corpus.
import { describe, expect, test } from 'vitest';
import { corpusFiles, readCorpusFile, readCorpusText } from '../judge/corpus.ts';
import { askOurs, ourKernel } from '../judge/testing/ours.ts';
import { explain, type StateGraph } from './index.ts';

async function graphOf(text: string): Promise<StateGraph> {
  const [test] = readCorpusText('here', text);
  if (!test) throw new Error('no program');
  const { records, program } = askOurs(await ourKernel(), test, 'root', 2);
  return explain(records, program).graph;
}

describe('the graph', () => {
  test('of a straight program is one stretch', async () => {
    const { nodes, edges } = await graphOf('program straight\n  mov r0, 2\n  exit');
    expect(nodes).toHaveLength(1);
    expect(nodes[0]).toMatchObject({ slots: [0, 1], end: 'exit', state: 'R1=ctx() R10=fp0' });
    expect(edges).toEqual([]);
  });

  test('of a branch has both ways', async () => {
    const { nodes, edges } = await graphOf(
      'program branch\n  call get_prandom_u32\n  jeq r0, 0, out\n  mov r0, 1\n  exit\nout:\n  mov r0, 2\n  exit',
    );
    expect(nodes.map(({ slots, end }) => ({ slots, end }))).toEqual([
      { slots: [0, 1], end: 'branch' },
      { slots: [2, 3], end: 'exit' },
      { slots: [4, 5], end: 'exit' },
    ]);
    expect(edges).toEqual([
      { from: 0, to: 1, taken: false },
      { from: 0, to: 2, taken: true },
    ]);
  });

  test('of a refusal ends where it was refused', async () => {
    const { nodes } = await graphOf('program refused\n  mov r0, r7\n  exit');
    expect(nodes.at(-1)).toMatchObject({ slots: [0], end: 'refused' });
  });

  test('hangs together for every program of the corpus', async () => {
    const kernel = await ourKernel();
    const wrong: string[] = [];
    let pruned = 0;
    let rounds = 0;
    for (const file of corpusFiles().filter((name) => name !== 'limits')) {
      for (const test of readCorpusFile(file)) {
        if (/loop-by-two|loop-unknown-bound|LIMIT=1000?$/.test(test.id)) continue;
        const { records, program, log } = askOurs(kernel, test, 'root', 2);
        const { nodes, edges } = explain(records, program).graph;
        const children = new Map<number, number>();
        for (const { to } of edges) children.set(to, (children.get(to) ?? 0) + 1);
        const kept = new Set(nodes.map(({ checkpoint }) => checkpoint));
        const global = /Validating/.test(log) ? 1 : 0;
        const roots = nodes.filter(({ id }) => !children.has(id)).length;
        if ([...children.values()].some((count) => count > 1)) wrong.push(`${test.id}: a stretch with two beginnings`);
        if (nodes.length > 0 && roots > 1 + global) wrong.push(`${test.id}: ${roots} pieces`);
        for (const node of nodes.filter(({ end }) => end === 'pruned')) {
          pruned++;
          if (!kept.has(node.coveredBy)) wrong.push(`${test.id}: pruned by an unknown state ${node.coveredBy}`);
        }
        rounds = Math.max(rounds, ...nodes.map(({ iteration }) => iteration));
      }
    }
    expect(wrong).toEqual([]);
    expect(pruned).toBeGreaterThan(100);
    expect(rounds).toBeGreaterThan(10);
  }, 120_000);
});
