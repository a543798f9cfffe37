// A chapter's words are known to the site, which shows them, and to the checks, which explain what is mistyped.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { vocabulary } from '../translations/vocabulary.ts';

const source = readFileSync(new URL('mdx.ts', import.meta.url), 'utf8');

test('every word that the site shows is in src/translations/vocabulary.ts, and explained in mdx.ts', () => {
  const [, list = ''] = /export const vocabulary = \{([\s\S]*?)\};/.exec(source) ?? [];
  const shown = [...list.matchAll(/^\s+([A-Z]\w*),$/gm)].map((match) => match[1] ?? '');
  expect(shown.sort()).toEqual(Object.keys(vocabulary).sort());
  for (const word of shown) expect(source, word).toContain(`<${word}`);
});
