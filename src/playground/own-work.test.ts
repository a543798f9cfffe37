// Nothing of the reader's is ever overwritten, and everything can be taken along and brought back.
import { beforeEach, describe, expect, test, vi } from 'vitest';

function memory(): Storage {
  const entries = new Map<string, string>();
  return {
    getItem: (key: string) => entries.get(key) ?? null,
    setItem: (key: string, value: string) => void entries.set(key, value),
    removeItem: (key: string) => void entries.delete(key),
    clear: () => entries.clear(),
    key: (index: number) => [...entries.keys()][index] ?? null,
    get length() {
      return entries.size;
    },
  };
}

// Keepers live as long as a page: every test is a page of its own.
beforeEach(() => {
  vi.resetModules();
  vi.stubGlobal('localStorage', memory());
  vi.stubGlobal('window', new EventTarget());
});
const page = () => import('./own-work.ts');
const known = new Set(['drop.bpf.c', 'short.bpf.c']);
const shared = (files: Record<string, string>) => ({ example: 'xdp-drop', files, open: '' });

describe('taking in', () => {
  test('what the reader has not changed takes the new text', async () => {
    const { takeIn, ownText } = await page();
    expect([...takeIn(shared({ 'drop.bpf.c': 'theirs' }), known)]).toEqual([['drop.bpf.c', 'drop.bpf.c']]);
    expect(ownText('xdp-drop', 'drop.bpf.c')).toBe('theirs');
  });

  test('what the reader has changed stays; the other comes beside it, as often as it is taken', async () => {
    const { takeIn, ownText, ownFiles } = await page();
    takeIn(shared({ 'drop.bpf.c': 'mine' }), known);
    expect([...takeIn(shared({ 'drop.bpf.c': 'theirs' }), known).values()]).toEqual(['drop-2.bpf.c']);
    expect([...takeIn(shared({ 'drop.bpf.c': 'others' }), known).values()]).toEqual(['drop-3.bpf.c']);
    expect(ownText('xdp-drop', 'drop.bpf.c')).toBe('mine');
    expect(ownText('xdp-drop', 'drop-2.bpf.c')).toBe('theirs');
    expect(ownFiles('xdp-drop')).toEqual(['drop-2.bpf.c', 'drop-3.bpf.c']);
  });

  test('the same text again changes nothing', async () => {
    const { takeIn, ownFiles } = await page();
    takeIn(shared({ 'drop.bpf.c': 'mine', 'own.h': 'x' }), known);
    takeIn(shared({ 'drop.bpf.c': 'mine', 'own.h': 'x' }), known);
    expect(ownFiles('xdp-drop')).toEqual(['own.h']);
  });
});

test('everything goes into one file and comes back on another device; what others shared stays behind', async () => {
  const { takeIn, everything, asFile, fromFile, addOwnFile } = await page();
  takeIn(shared({ 'drop.bpf.c': 'mine', 'own.h': 'x' }), known);
  addOwnFile('~xdp-drop-1', 'drop.bpf.c', 'somebody else’s');
  const file = asFile(everything());
  vi.resetModules();
  vi.stubGlobal('localStorage', memory());
  const there = await page();
  for (const project of fromFile(file) ?? []) there.takeIn(project, known);
  expect(there.ownText('xdp-drop', 'drop.bpf.c')).toBe('mine');
  expect(there.ownText('xdp-drop', 'own.h')).toBe('x');
  expect(there.everything()).toHaveLength(1);
});

test.each([
  ['no JSON', 'int main'],
  ['another shape', '{"v":1,"projects":7}'],
  [
    'one bad project among good ones',
    '{"projects":[{"v":1,"example":"a","files":{},"open":""},{"v":1,"example":"../a","files":{}}]}',
  ],
  ['far too many', JSON.stringify({ projects: Array.from({ length: 201 }, () => ({})) })],
])('a file that is not ours is refused: %s', async (_, text) => {
  const { fromFile } = await page();
  expect(fromFile(text)).toBeNull();
});

test('names that are stored and are no names count as nothing', async () => {
  const { ownFiles } = await page();
  for (const rubbish of ['', '{', '7', '["../x.c", 5, "<a>.h"]']) {
    localStorage.setItem('meet-ebpf:files:a', rubbish);
    expect(ownFiles('a')).toEqual([]);
  }
});
