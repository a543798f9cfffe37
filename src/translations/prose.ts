// What a reader reads in a block: without marks of Markdown, tags of components, code and addresses. Code and terms of
// the glossary leave one placeholder letter behind, so that what stands beside them can still be judged.
import type { Block, Text } from './mdx.ts';
import { proseKeys } from './mdx.ts';

/** Stands for code or a term: a word in Latin script, as far as spacing goes. */
export const placeholder = '\uE000';

export interface Prose {
  readonly text: string;
  readonly line: number;
  readonly kind: Block['kind'] | 'front-matter';
}

export function proseOfLine(line: string): string {
  return line
    .replace(/^\s*(?:[-*+]|\d+\.)\s+/, '')
    .replace(/^#{1,6}\s+/, '')
    .replace(/\{#[\w-]+\}/g, '')
    .replace(/`[^`]*`/g, placeholder)
    .replace(/<[A-Z]\w*(?:\s+[\w-]+="[^"]*")*\s*\/>/g, placeholder)
    .replace(/<\/?[A-Z]\w*(?:\s+[\w-]+="[^"]*")*\s*>/g, '')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/https?:\/\/\S+/g, placeholder)
    .replace(/\*+|(?<![\w])_+|_+(?![\w])/g, '')
    .trim();
}

/** One entry a line that is prose, front matter first. */
export function proseOf(text: Text): Prose[] {
  const front = proseKeys.flatMap((key) => {
    const found = text.frontMatter.get(key);
    return found ? [{ text: proseOfLine(found.value), line: found.line, kind: 'front-matter' as const }] : [];
  });
  const blocks = text.sections.flatMap((section) =>
    section.blocks
      .filter((block) => block.kind !== 'code' && block.kind !== 'component')
      .flatMap((block) =>
        block.lines.map((line, index) => ({ text: proseOfLine(line), line: block.line + index, kind: block.kind })),
      ),
  );
  return [...front, ...blocks].filter((prose) => prose.text !== '');
}

/** Consonants, vowels, signs and digits of Burmese, without punctuation. */
export const burmeseLetter = /[\u1000-\u1049\u1050-\u109F\uA9E0-\uA9FE\uAA60-\uAA7F]/u;
