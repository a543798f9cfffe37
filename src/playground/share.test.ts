// Links go round unchanged; whatever else comes in is refused, small or large, quickly.
import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { asJson, fromFragment, fromJson, LINK_LIMIT, TEXT_LIMIT, toFragment, validated, type Shared } from './share.ts';

const shared: Shared = {
  example: 'xdp-drop',
  files: { 'drop.bpf.c': 'int x; // ပက်ကက် 😀\n', 'own.h': '#define A "<script>"\n', Makefile: 'all:\n' },
  open: 'drop.bpf.c',
};
const link = (data: unknown): string =>
  `p=${deflateRawSync(Buffer.from(typeof data === 'string' ? data : JSON.stringify(data))).toString('base64url')}`;

test('a link carries the files as they are', async () => {
  const fragment = await toFragment(shared);
  expect(fragment).toMatch(/^p=[\w-]+$/);
  const back = await fromFragment(`#${fragment ?? ''}`);
  expect({ ...back, files: { ...back?.files } }).toEqual(shared);
});

test('so does a file', () => expect({ ...fromJson(asJson(shared))?.files }).toEqual(shared.files));

test('a chapter’s program with changes fits into a link', async () => {
  const { readFileSync } = await import('node:fs');
  const text = readFileSync(new URL('../../examples/xdp-drop/drop.bpf.c', import.meta.url), 'utf8');
  expect((await toFragment({ ...shared, files: { 'drop.bpf.c': text } }))?.length).toBeLessThan(LINK_LIMIT);
});

const good = { v: 1, example: 'xdp-drop', files: { 'a.c': 'int x;' }, open: 'a.c' };

describe('refused', () => {
  test.each([
    ['nothing', ''],
    ['no packing', 'p=hello world'],
    ['not packed', `p=${Buffer.from('{}').toString('base64url')}`],
    ['cut short', link(good).slice(0, -6)],
    ['not JSON', link('int main')],
    ['not UTF-8', `p=${deflateRawSync(Buffer.from([0x22, 0xff, 0xfe, 0x22])).toString('base64url')}`],
    ['another version', link({ ...good, v: 2 })],
    ['an example that is a path', link({ ...good, example: '../../secret' })],
    ['an example that is an address', link({ ...good, example: '//evil.example' })],
    ['an example that is markup', link({ ...good, example: '<img>' })],
    ['a file that is a path', link({ ...good, files: { '../a.c': '' } })],
    ['a file that is markup', link({ ...good, files: { '<script>.c': '' } })],
    ['a file called after what objects have', link('{"v":1,"example":"a","open":"","files":{"__proto__":"x"}}')],
    ['files that are a list', link({ ...good, files: ['a'] })],
    ['a text that is none', link({ ...good, files: { 'a.c': { toString: 1 } } })],
    [
      'too many files',
      link({ ...good, files: Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`f${i}.c`, ''])) }),
    ],
    ['texts that are too long', link({ ...good, files: { 'a.c': 'x'.repeat(TEXT_LIMIT + 1) } })],
    ['a link that is too long', `p=${'A'.repeat(LINK_LIMIT * 4 + 1)}`],
  ])('%s', async (_, fragment) => expect(await fromFragment(fragment)).toBeNull());

  test('what unpacks to a hundred megabytes, before it has', async () => {
    const bomb = deflateRawSync(Buffer.alloc(12_000_000));
    // In a link it would be too long as well; unpacking has a limit of its own.
    expect(bomb.toString('base64url').length).toBeLessThan(LINK_LIMIT * 4);
    const began = performance.now();
    expect(await fromFragment(`p=${bomb.toString('base64url')}`)).toBeNull();
    expect(performance.now() - began).toBeLessThan(1000);
  });

  test.each([[null], [1], ['x'], [[]], [{}], [{ ...good, open: 5, example: 5 }]])('%j', (data) =>
    expect(validated(data)).toBeNull(),
  );
});

test('what is in front may be unknown; then the first file is', () =>
  expect(validated({ ...good, open: '../../x' })?.open).toBe(''));
