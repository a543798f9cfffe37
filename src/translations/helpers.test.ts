// Descriptions of helpers belong to helpers that Linux has, and those that the examples call have one.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { HELPERS } from '../bpf/helpers.ts';

const known = new Set(HELPERS.map((helper) => `bpf_${helper.name}`));
const read = (language: string): Record<string, string> =>
  JSON.parse(readFileSync(`content/helpers/${language}/helpers.json`, 'utf8')) as Record<string, string>;

describe.each(readdirSync('content/helpers'))('%s', (language) => {
  const sentences = read(language);

  it('describes no helper that Linux does not have', () => {
    expect(Object.keys(sentences).filter((name) => !known.has(name))).toEqual([]);
  });

  it('describes those that the examples call', () => {
    const called = readdirSync('examples', { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.bpf.c'))
      .flatMap((path) => readFileSync(`examples/${path}`, 'utf8').match(/\bbpf_\w+(?=\()/g) ?? [])
      .filter((name) => known.has(name));
    expect(called.length).toBeGreaterThan(0);
    expect(called.filter((name) => !sentences[name])).toEqual([]);
  });

  it('ends every description as a sentence', () => {
    expect(Object.entries(sentences).filter(([, text]) => !/[.။]$/.test(text))).toEqual([]);
  });
});
