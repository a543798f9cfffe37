// Fresh, stale, missing: decided from contents, in whichever language a chapter was written first.
import { describe, expect, it } from 'vitest';
import { accept } from './accept.ts';
import { blobId } from './blob.ts';
import { readCourse, type Chapter } from './course.ts';
import type { Files } from './files.ts';
import { reportOf } from './report.ts';
import { statusOf } from './staleness.ts';

const english = `---
title: One
description: A thing.
question: What?
---

Opening.

<Example name="drop" />

## First {#first}

Text.

## Second {#second}

Text.
`;
const burmese = english.replace('title: One', 'title: တစ်ခု').replace('Opening.', 'အစပါ။').replaceAll('Text.', 'စာပါ။');

const course: Files = new Map([
  ['content/ui/en/site.json', '{}'],
  ['content/ui/my/site.json', '{}'],
  ['content/chapters/01-one/en.mdx', english],
  ['content/chapters/01-one/my.mdx', burmese],
  ['examples/drop/example.json', '{}'],
  ['examples/drop/drop.bpf.c', 'int x;\n'],
]);

const chapterOf = (files: Files): Chapter => {
  const [chapter] = readCourse(files).chapters;
  if (!chapter) throw new Error('no chapter');
  return chapter;
};
const put = (files: Files, ...writes: Iterable<readonly [string, string]>[]): Files =>
  new Map([...files, ...writes.flatMap((each) => [...each])]);
const states = (files: Files, language: string): string =>
  statusOf(chapterOf(files), language)
    ?.sections.map((section) => section.state)
    .join(' ') ?? '';
const edit = (files: Files, path: string, from: string, to: string): Files =>
  put(files, [[path, (files.get(path) ?? '').replace(from, to)]]);

const acceptedMy = put(course, accept(chapterOf(course), 'my'));
const accepted = put(acceptedMy, accept(chapterOf(acceptedMy), 'en'));

describe('a blob id', () => {
  it('is the one that git hash-object gives', () => {
    expect(blobId('hello\n')).toBe('ce013625030ba8dba906f756967f9e9ca394464a');
    expect(blobId('hello\r\n')).toBe(blobId('hello\n'));
  });
});

describe('a translation', () => {
  it('is fresh once accepted, and names the blob that it was compared with', () => {
    expect(states(accepted, 'my')).toBe('fresh fresh fresh');
    expect(statusOf(chapterOf(accepted), 'my')?.state).toBe('fresh');
    expect(accepted.get('content/chapters/01-one/my.mdx')).toContain(`translationOf: ${blobId(english)}`);
  });

  it('is stale only where the original changed', () => {
    const changed = edit(accepted, 'content/chapters/01-one/en.mdx', '{#second}\n\nText.', '{#second}\n\nOther text.');
    expect(states(changed, 'my')).toBe('fresh fresh stale');
    const title = edit(accepted, 'content/chapters/01-one/en.mdx', 'title: One', 'title: Two');
    expect(states(title, 'my')).toBe('stale fresh fresh');
  });

  it('is accepted section by section, and as a whole with the last of them', () => {
    let files = edit(accepted, 'content/chapters/01-one/en.mdx', '{#second}\n\nText.', '{#second}\n\nOther.');
    files = edit(files, 'content/chapters/01-one/en.mdx', '{#first}\n\nText.', '{#first}\n\nOther.');
    files = put(files, accept(chapterOf(files), 'my', 'first'));
    expect(states(files, 'my')).toBe('fresh fresh stale');
    expect(files.get('content/chapters/01-one/my.mdx')).toContain(blobId(english));
    files = put(files, accept(chapterOf(files), 'my', 'second'));
    expect(states(files, 'my')).toBe('fresh fresh fresh');
    expect(files.get('content/chapters/01-one/my.mdx')).toContain(
      blobId(files.get('content/chapters/01-one/en.mdx') ?? ''),
    );
  });

  it('lacks a section that the original has gained', () => {
    const grown = edit(
      accepted,
      'content/chapters/01-one/en.mdx',
      '## Second',
      '## Between {#between}\n\nNew.\n\n## Second',
    );
    expect(states(grown, 'my')).toBe('fresh fresh missing fresh');
  });

  it('may be the English text, when Burmese came first', () => {
    const files = put(course, accept(chapterOf(course), 'en'));
    expect(chapterOf(files).original).toBe('my');
    const changed = edit(files, 'content/chapters/01-one/my.mdx', 'အစပါ။', 'အစအသစ်ပါ။');
    expect(states(changed, 'en')).toBe('stale fresh fresh');
  });
});

describe('code that changed under old prose', () => {
  it('comes first in the report, for the original too', () => {
    const changed = edit(accepted, 'examples/drop/drop.bpf.c', 'int x;', 'int y;');
    const [first, second] = reportOf(changed).texts;
    expect([first?.state, second?.state]).toEqual(['code', 'code']);
    expect(first?.changedCode).toEqual(['drop/drop.bpf.c']);
    expect(
      reportOf(put(changed, accept(chapterOf(changed), 'my'))).texts.map((text) => `${text.language} ${text.state}`),
    ).toEqual(['en code', 'my fresh']);
  });
});
