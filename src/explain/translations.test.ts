// Has every sentence of the catalogue its counterpart in each other language, with the same things to fill in?
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { MESSAGE, MESSAGE_ARGUMENTS, MESSAGE_ERRNO, MESSAGE_NAMES } from '../bpf/verifier-messages.ts';
import { PROBLEMS, englishTemplates, problemOfMessage } from './catalogue.ts';

const FOLDER = fileURLToPath(new URL('../../content/diagnostics/', import.meta.url));
const english = englishTemplates();

/** Names in braces; "= {}" of C is not one. */
const placeholders = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '').sort();

describe.each(readdirSync(FOLDER).filter((name) => !name.includes('.')))('%s', (language) => {
  const path = `${FOLDER}${language}/verifier.json`;
  const translated = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>;

  test('has the same keys', () => expect(Object.keys(translated).sort()).toEqual(Object.keys(english).sort()));

  test('fills in the same things', () => {
    const wrong = Object.entries(translated)
      .filter(([key, text]) => {
        const wanted = new Set(placeholders(english[key] ?? ''));
        return !placeholders(text).every((name) => wanted.has(name));
      })
      .map(([key]) => key);
    expect(wrong).toEqual([]);
  });

  test('is normalised and nowhere empty', () => {
    for (const [key, text] of Object.entries(translated)) expect(text, key).toBe(text.normalize('NFC'));
    expect(Object.values(translated).filter((text) => text.trim() === '')).toEqual([]);
  });
});

test('every message that refuses a program is explained', () => {
  const unexplained = MESSAGE_NAMES.filter(
    (name, id) => MESSAGE_ERRNO[id] !== 0 && problemOfMessage(name) === undefined,
  );
  // chosen by what the pointer is: V110, V111, V112
  expect(unexplained.filter((name) => name !== 'INVALID_MEM_ACCESS')).toEqual([]);
});

test('the catalogue knows no message that there is not, and names no value that it has not', () => {
  const wrong = PROBLEMS.flatMap(({ code, messages }) =>
    Object.entries(messages).flatMap(([name, labels]) => {
      const id = MESSAGE[name];
      if (id === undefined) return [`${code}: no message ${name}`];
      const named = labels === '' ? 0 : labels.split(' ').length;
      return named > (MESSAGE_ARGUMENTS[id] ?? '').length ? [`${code}: ${name} has fewer values`] : [];
    }),
  );
  expect(wrong).toEqual([]);
});
