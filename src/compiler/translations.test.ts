// Has every message of the front end its words in each language that explains anything, with nothing to fill in that the
// message does not carry?
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { MESSAGES } from './check/messages.ts';

const FOLDER = fileURLToPath(new URL('../../content/diagnostics/', import.meta.url));
const english = new Map(Object.values(MESSAGES).map((message) => [message.code, message.text as string]));
const names = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');

test('a code stands for one message', () => {
  const texts = new Map<string, Set<string>>();
  for (const { code, text } of Object.values(MESSAGES)) texts.set(code, (texts.get(code) ?? new Set()).add(text));
  expect([...texts].filter(([, set]) => set.size > 1)).toEqual([]);
});

describe.each(readdirSync(FOLDER).filter((name) => !name.includes('.')))('%s', (language) => {
  const translated = JSON.parse(readFileSync(`${FOLDER}${language}/compiler.json`, 'utf8')) as Record<string, string>;

  test('no message of the front end is missing', () =>
    expect([...english.keys()].filter((code) => translated[code] === undefined)).toEqual([]));

  test('only what a message carries is filled in', () => {
    const wrong = [...english].filter(([code, text]) => {
      const carried = new Set(names(text));
      return names(translated[code] ?? '').some((name) => !carried.has(name));
    });
    expect(wrong).toEqual([]);
    for (const [code, text] of Object.entries(translated)) expect(text, code).toBe(text.normalize('NFC'));
  });
});
