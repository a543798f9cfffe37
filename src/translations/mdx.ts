// A chapter's text, taken apart: front matter, sections, blocks, components, links. Only as much of MDX as the chapters
// use (src/site/mdx.ts); Astro reads the rest. Lines count from 1.

export interface Heading {
  readonly level: number;
  readonly title: string;
  /** what stands in `{#…}`; null when the heading has none */
  readonly id: string | null;
  readonly line: number;
}

export type BlockKind = 'heading' | 'paragraph' | 'item' | 'component' | 'code' | 'table';

/** What is set apart by blank lines, or a single item of a list. */
export interface Block {
  readonly kind: BlockKind;
  readonly lines: readonly string[];
  readonly line: number;
  /** components around it, outermost first: a summary's items are inside `Summary` */
  readonly inside: readonly string[];
}

/** `<Example name="xdp-drop" />` wherever it stands; closing tags are not listed. */
export interface Use {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly line: number;
}

export interface Link {
  readonly target: string;
  readonly image: boolean;
  readonly line: number;
}

/** A heading with everything up to the next heading. The first, `top`, is the front matter's prose and the opening. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly line: number;
  readonly blocks: readonly Block[];
  readonly uses: readonly Use[];
  readonly links: readonly Link[];
  /** the section as it is hashed and compared; surrounding blank lines do not count */
  readonly source: string;
}

export interface Text {
  readonly path: string;
  readonly source: string;
  readonly frontMatter: ReadonlyMap<string, { readonly value: string; readonly line: number }>;
  readonly headings: readonly Heading[];
  readonly sections: readonly Section[];
}

/** The front matter that is prose, and so belongs to the section `top`. */
export const proseKeys = ['title', 'description', 'question'] as const;

export function parseText(path: string, source: string): Text {
  const lines = source.split('\n');
  const { frontMatter, end } = readFrontMatter(lines);
  const blocks = readBlocks(lines, end);
  const headings = blocks.filter((block) => block.kind === 'heading').map(readHeading);

  const sections: Section[] = [];
  const starts = [null, ...headings];
  for (const [index, heading] of starts.entries()) {
    const from = heading?.line ?? end + 1;
    const to = starts[index + 1]?.line ?? lines.length + 1;
    const own = blocks.filter((block) => block.line >= from && block.line < to);
    const body = lines
      .slice(from - 1, to - 1)
      .join('\n')
      .trim();
    const prose = proseKeys.map((key) => `${key}: ${frontMatter.get(key)?.value ?? ''}`).join('\n');
    sections.push({
      id: heading ? (heading.id ?? `line-${heading.line}`) : 'top',
      title: heading?.title ?? frontMatter.get('title')?.value ?? '',
      line: heading?.line ?? 1,
      blocks: own,
      uses: own.flatMap(usesOf),
      links: own.flatMap(linksOf),
      source: heading ? body : `${prose}\n\n${body}`,
    });
  }
  return { path, source, frontMatter, headings, sections };
}

/** `key: value` lines between two `---`; quotes around a value are taken off. */
function readFrontMatter(lines: readonly string[]): { frontMatter: Text['frontMatter']; end: number } {
  const found = new Map<string, { value: string; line: number }>();
  if (lines[0] !== '---') return { frontMatter: found, end: 0 };
  const close = lines.indexOf('---', 1);
  if (close < 0) return { frontMatter: found, end: 0 };
  for (let at = 1; at < close; at++) {
    const match = /^([\w-]+):\s*(.*?)\s*$/.exec(lines[at] ?? '');
    if (match) found.set(match[1] ?? '', { value: (match[2] ?? '').replace(/^(["'])(.*)\1$/, '$2'), line: at + 1 });
  }
  return { frontMatter: found, end: close + 1 };
}

const heading = /^(#{1,6})\s+(.*?)\s*(?:\{#([\w-]+)\})?\s*$/;
const item = /^\s*(?:[-*+]|\d+\.)\s+/;
const opening = /^<([A-Z]\w*)((?:\s+[\w-]+="[^"]*")*)\s*(\/?)>\s*$/;
const closing = /^<\/([A-Z]\w*)>\s*$/;

interface Unfinished {
  readonly kind: BlockKind;
  readonly lines: string[];
  readonly line: number;
}

/** The compiler does not see that a closure sets a variable; a parameter it does not narrow. */
const unfinished = (block: Unfinished | null): Unfinished | null => block;

function readBlocks(lines: readonly string[], from: number): Block[] {
  const blocks: Block[] = [];
  const inside: string[] = [];
  let open: Unfinished | null = null;
  const close = (): void => {
    if (open) blocks.push({ ...open, inside: [...inside] });
    open = null;
  };
  const single = (kind: BlockKind, line: string, number: number): void => {
    close();
    blocks.push({ kind, lines: [line], line: number, inside: [...inside] });
  };
  for (let at = from; at < lines.length; at++) {
    const line = lines[at] ?? '';
    const current = unfinished(open);
    if (current?.kind === 'code') {
      current.lines.push(line);
      if (/^\s*```/.test(line)) close();
    } else if (/^\s*```/.test(line)) {
      close();
      open = { kind: 'code', lines: [line], line: at + 1 };
    } else if (line.trim() === '') {
      close();
    } else if (heading.test(line)) {
      single('heading', line, at + 1);
    } else if (opening.test(line)) {
      single('component', line, at + 1);
      const match = opening.exec(line);
      if (match?.[3] !== '/') inside.push(match?.[1] ?? '');
    } else if (closing.test(line)) {
      close();
      inside.pop();
    } else if (item.test(line)) {
      close();
      open = { kind: 'item', lines: [line], line: at + 1 };
    } else if (current) {
      current.lines.push(line);
    } else {
      open = { kind: line.startsWith('|') ? 'table' : 'paragraph', lines: [line], line: at + 1 };
    }
  }
  close();
  return blocks;
}

function readHeading(block: Block): Heading {
  const match = heading.exec(block.lines[0] ?? '');
  return { level: match?.[1]?.length ?? 0, title: match?.[2] ?? '', id: match?.[3] ?? null, line: block.line };
}

/** `code` in a line is neither a link nor a component. */
const withoutCode = (line: string): string =>
  line.includes('`') ? line.replace(/`[^`]*`/g, (code) => ' '.repeat(code.length)) : line;

function usesOf(block: Block): Use[] {
  if (block.kind === 'code') return [];
  return block.lines.flatMap((line, index) =>
    [...withoutCode(line).matchAll(/<([A-Z]\w*)((?:\s+[\w-]+="[^"]*")*)\s*\/?>/g)].map((match) => ({
      name: match[1] ?? '',
      attributes: Object.fromEntries(
        [...(match[2] ?? '').matchAll(/([\w-]+)="([^"]*)"/g)].map((pair) => [pair[1] ?? '', pair[2] ?? '']),
      ),
      line: block.line + index,
    })),
  );
}

function linksOf(block: Block): Link[] {
  if (block.kind === 'code') return [];
  return block.lines.flatMap((line, index) =>
    !line.includes('](')
      ? []
      : [...withoutCode(line).matchAll(/(!?)\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)/g)].map((match) => ({
          target: match[2] ?? '',
          image: match[1] === '!',
          line: block.line + index,
        })),
  );
}
