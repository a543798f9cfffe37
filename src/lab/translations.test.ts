// Has every message of the loader and the lab its words in each language that explains anything, with the same things to
// fill in? (The verifier's stand in src/explain/translations.test.ts.)
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { LOAD_MESSAGES } from '../loader/problems.ts';
import { LAB_MESSAGES } from './problems.ts';

const FOLDER = fileURLToPath(new URL('../../content/diagnostics/', import.meta.url));
const SETS: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['loader.json', LOAD_MESSAGES],
  ['lab.json', LAB_MESSAGES],
];
const names = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '').sort();

describe.each(readdirSync(FOLDER).filter((name) => !name.includes('.')))('%s', (language) => {
  test.each(SETS)('%s', (file, english) => {
    const translated = JSON.parse(readFileSync(`${FOLDER}${language}/${file}`, 'utf8')) as Record<string, string>;
    expect(Object.keys(translated)).toEqual(Object.keys(english));
    for (const [code, text] of Object.entries(translated)) {
      expect(names(text), code).toEqual(names(english[code] ?? ''));
      expect(text, code).toBe(text.normalize('NFC'));
    }
  });
});
