// The two guides for contributors say the same, and what they name is there.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseText } from './mdx.ts';

const guides = ['CONTRIBUTING.md', 'CONTRIBUTING.my.md'].map((path) => parseText(path, readFileSync(path, 'utf8')));
const [english, burmese] = guides;

/** The commands of a fenced block, without the remark behind them. */
const commands = (source: string): string[] =>
  [...source.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap((match) =>
    (match[1] ?? '')
      .split('\n')
      .map((line) => line.replace(/\s+#.*$/, '').trim())
      .filter(Boolean),
  );

/** `npm run NAME`, wherever it stands. */
const scripts = (source: string): string[] =>
  [...source.matchAll(/npm run (?:-s )?([\w:]+)/g)].map((match) => match[1] ?? '');

/** Paths in `code` that name something of this project; NN-name and LANGUAGE stand for names. */
const paths = (source: string): string[] =>
  [...source.matchAll(/`((?:content|src|examples)\/[^`*\s]*)`/g)]
    .map((match) => match[1] ?? '')
    .filter((path) => !/NN-name|terms\.th\.json/.test(path));

describe.each(guides)('$path', ({ source }) => {
  it('names scripts that package.json has', () => {
    const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
    expect(scripts(source).filter((name) => !(name in manifest.scripts))).toEqual([]);
  });

  it('names files and folders that exist', () => {
    expect(paths(source).filter((path) => !existsSync(path))).toEqual([]);
  });
});

it('both guides have the same sections, tables, lists and commands', () => {
  const kinds = (text: typeof english): string[] =>
    text?.sections.flatMap((section) => section.blocks.map((block) => block.kind)) ?? [];
  expect(kinds(burmese)).toEqual(kinds(english));
  expect(commands(burmese?.source ?? '')).toEqual(commands(english?.source ?? ''));
});
