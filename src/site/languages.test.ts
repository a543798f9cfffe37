// Interface strings: every language says everything that English says, with the same placeholders.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { digits, fill, languages, stringsFor } from './languages.ts';

const folder = new URL('../../content/ui/', import.meta.url);

/** `menu.theme` → text, for every text in a file. */
function texts(value: unknown, path = ''): [string, string][] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => texts(inner, path === '' ? key : `${path}.${key}`));
}
const read = (language: string, file: string) =>
  new Map(texts(JSON.parse(readFileSync(new URL(`${language}/${file}`, folder), 'utf8'))));
const placeholders = (text: string): string[] => [...text.matchAll(/\{[\w-]+\}/g)].map(([it]) => it).sort();

describe.each(readdirSync(folder))('%s', (language) => {
  test.each(['site.json', 'playground.json', 'path.json', 'packets.json', 'ways.json'])(
    '%s says all that English says',
    (file) => {
      const english = read('en', file);
      const own = read(language, file);
      expect([...own.keys()].sort()).toEqual([...english.keys()].sort());
      for (const [key, text] of own) {
        expect(text.trim(), key).not.toBe('');
        expect(text.normalize('NFC'), key).toBe(text);
        expect(placeholders(text), key).toEqual(placeholders(english.get(key) ?? ''));
      }
    },
  );
  test('has ten digits', () => expect([...stringsFor(language).language.digits]).toHaveLength(10));
});

test('Burmese stands first', () => expect(languages[0]).toBe('my'));
test('numbers in prose are in the language’s own digits', () => {
  expect(digits(2026, 'my')).toBe('၂၀၂၆');
  expect(digits(2026, 'en')).toBe('2026');
});
test('a placeholder without a value stays visible', () => {
  expect(fill('{a} of {b}', { a: 1 })).toBe('1 of {b}');
});
