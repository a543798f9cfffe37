// Taking a chapter apart: what counts as a section, a block, a component, a link, and as prose.
import { describe, expect, it } from 'vitest';
import { parseText } from './mdx.ts';
import { placeholder, proseOf, proseOfLine } from './prose.ts';

const source = `---
title: "One: two"
description: A thing.
question: What?
translationOf: 0123
---

Opening with a [link](#one)
on two lines.

<Example name="drop" file="a.c" />

## One {#one}

<Aside kind="note">

- First \`[not](a-link)\` item
- Second <Term id="map" /> item

</Aside>

\`\`\`c
## not a heading
<Not component="this" />
\`\`\`

### Deeper ![picture](one.png) {#deeper}

1. Step.

| a | b |
| - | - |
`;
const text = parseText('en.mdx', source);

describe('a text', () => {
  it('has its front matter without quotes, and with lines', () => {
    expect(text.frontMatter.get('title')).toEqual({ value: 'One: two', line: 2 });
    expect(text.frontMatter.get('translationOf')).toEqual({ value: '0123', line: 5 });
  });

  it('falls into sections at its headings, the opening first', () => {
    expect(text.sections.map(({ id, line }) => [id, line])).toEqual([
      ['top', 1],
      ['one', 13],
      ['deeper', 27],
    ]);
    expect(text.headings.map(({ level, id }) => [level, id])).toEqual([
      [2, 'one'],
      [3, 'deeper'],
    ]);
  });

  it('counts title, description and question to the opening, but no pin', () => {
    expect(text.sections[0]?.source).toContain('One: two');
    expect(text.sections[0]?.source).not.toContain('0123');
  });

  it('has blocks of every kind, and knows what is around them', () => {
    expect(text.sections.flatMap(({ blocks }) => blocks.map(({ kind, line }) => `${kind} ${line}`))).toEqual([
      'paragraph 8',
      'component 11',
      'heading 13',
      'component 15',
      'item 17',
      'item 18',
      'code 22',
      'heading 27',
      'item 29',
      'table 31',
    ]);
    expect(text.sections[1]?.blocks.find(({ line }) => line === 17)?.inside).toEqual(['Aside']);
    expect(text.sections[2]?.blocks.at(-1)?.inside).toEqual([]);
  });

  it('finds components and links, not those in code', () => {
    expect(text.sections.flatMap(({ uses }) => uses.map(({ name, line }) => `${name} ${line}`))).toEqual([
      'Example 11',
      'Aside 15',
      'Term 18',
    ]);
    expect(text.sections[0]?.uses[0]?.attributes).toEqual({ name: 'drop', file: 'a.c' });
    expect(text.sections.flatMap(({ links }) => links.map(({ target, image }) => [target, image]))).toEqual([
      ['#one', false],
      ['one.png', true],
    ]);
  });

  it('may have no front matter, an unclosed fence, or nothing at all', () => {
    expect(parseText('a.mdx', 'Text.').sections[0]?.blocks).toHaveLength(1);
    expect(parseText('a.mdx', '```\nText.').sections[0]?.blocks[0]?.kind).toBe('code');
    expect(parseText('a.mdx', '---\ntitle: x').headings).toEqual([]);
    expect(parseText('a.mdx', '').sections).toHaveLength(1);
  });
});

describe('prose', () => {
  it('is what a reader reads: no marks, tags, addresses or code', () => {
    expect(
      proseOfLine(
        '- **One** `two` <Source href="https://a.org/" title="t">three</Source> [four](five) <Term id="x" />',
      ),
    ).toBe(`One ${placeholder} three four ${placeholder}`);
    expect(proseOfLine('## ၁။ စာ {#one}')).toBe('၁။ စာ');
  });

  it('leaves out code and components, and keeps front matter and lines', () => {
    const lines = proseOf(text);
    expect(lines[0]).toEqual({ text: 'One: two', line: 2, kind: 'front-matter' });
    expect(lines.some((prose) => prose.text.includes('not a heading'))).toBe(false);
    expect(lines.find((prose) => prose.text === 'on two lines.')?.line).toBe(9);
  });
});
