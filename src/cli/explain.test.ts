// lab explain: a log from a file, in both languages, as text and as data.
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { run } from './explain.ts';
import { UsageError } from './usage.ts';

const LOG = fileURLToPath(new URL('../explain/logs/bpftool.log', import.meta.url));

async function said(...args: string[]): Promise<string[]> {
  const written: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((text: string) => void written.push(text));
  try {
    await run(args);
  } finally {
    log.mockRestore();
  }
  return written;
}

test('the line, the problem, the way to it', async () => {
  const [first, ...rest] = await said(LOG);
  expect(first).toBe('broken.bpf.c:25: V103: the index in r6 can be so large that this leaves the map value');
  expect(rest).toContain('  20: r6 was read from the context here');
  expect(rest.at(-1)).toBe('  Linux says: R6 max value is outside of the allowed memory range');
});

test('in Burmese', async () => {
  const [first] = await said(LOG, '--language', 'my');
  expect(first).toMatch(/^broken\.bpf\.c:25: V103: r6 [\u1000-\u109f]/);
});

test('as data', async () => {
  const [line] = await said(LOG, '--json');
  expect(JSON.parse(line ?? '')).toMatchObject({ diagnostic: { code: 'V103', span: { line: 25 } } });
});

test('what is no log is said to be none', async () => {
  expect(await said(fileURLToPath(import.meta.url))).toEqual([expect.stringMatching(/no refusal that is known here/)]);
  await expect(run([])).rejects.toThrow(UsageError);
  await expect(run([LOG, '--language', 'xx'])).rejects.toThrow(UsageError);
});
