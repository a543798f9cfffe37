// Is every problem of the verifier told of in every language, in words that the checks for Burmese let pass?
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { HELPERS } from '../bpf/helpers.ts';
import { PROBLEMS } from '../explain/catalogue.ts';
import { categories, messageCount, messagePrograms, problemsFor } from './verifier-messages.ts';

const FOLDER = new URL('../../content/', import.meta.url);
const languages = readdirSync(new URL('reference/', FOLDER));
const read = <T>(path: string): T => JSON.parse(readFileSync(new URL(path, FOLDER), 'utf8')) as T;

describe.each(languages)('%s', (language) => {
  const texts = read<Record<string, Record<string, string>>>(`reference/${language}/verifier-messages.json`);

  test('says of every problem what it is called and what causes it, and of nothing else', () => {
    expect(Object.keys(texts).sort()).toEqual(PROBLEMS.map(({ code }) => code).sort());
    for (const [code, text] of Object.entries(texts)) {
      expect(Object.keys(text), code).toEqual(['title', 'cause']);
      for (const value of Object.values(text)) {
        expect(value.trim(), code).not.toBe('');
        expect(value, code).toBe(value.normalize('NFC'));
      }
    }
  });

  test('has a sentence for every helper that is simulated', () => {
    const helpers = read<Record<string, string>>(`helpers/${language}/helpers.json`);
    const silent = HELPERS.filter((helper) => helper.simulated && !helpers[`bpf_${helper.name}`]);
    expect(silent.map((helper) => helper.name)).toEqual([]);
  });

  test('has both pages of prose', () => {
    for (const name of ['differences', 'measured']) {
      expect(existsSync(new URL(`reference/${language}/${name}.mdx`, FOLDER)), name).toBe(true);
    }
  });

  test('has the same words of its own for the pages', () => {
    const keys = (code: string) => Object.keys(read<Record<string, string>>(`ui/${code}/reference.json`)).sort();
    expect(keys(language)).toEqual(keys('en'));
  });
});

test('a page a category, and every program on one of them', () => {
  const shown = categories.flatMap((category) => problemsFor('en', category));
  expect(shown.map(({ problem }) => problem.code).sort()).toEqual(PROBLEMS.map(({ code }) => code).sort());
  const programs = new Set(shown.flatMap((entry) => entry.programs.map(({ name }) => name)));
  expect(messagePrograms.map(({ name }) => name).filter((name) => !programs.has(name))).toEqual([]);
  expect(messageCount).toBeGreaterThan(180);
});

test('an address on a page is there once', () => {
  for (const category of categories) {
    const ids = problemsFor('en', category).flatMap((entry) => [
      entry.problem.code,
      ...entry.messages.map(({ id }) => id),
    ]);
    expect(
      ids.filter((id, at) => ids.indexOf(id) !== at),
      category,
    ).toEqual([]);
  }
});
