// What is fresh, stale or missing? Decided from contents alone: a section is stale when the original's section is no
// longer the one that the translation was compared with. No history is needed, and nothing but the pins is stored.
import { blobId, shortId } from './blob.ts';
import type { Chapter } from './course.ts';
import { noPins } from './pins.ts';

/** `unseen`: the section is there, but was never accepted as a translation of the original's. */
export type SectionState = 'fresh' | 'stale' | 'unseen' | 'missing';

/** `code`: the C that the text speaks of has changed since; old prose beside new code is what misleads most. */
export type TextState = 'code' | 'stale' | 'missing' | 'fresh';

export interface SectionStatus {
  readonly id: string;
  /** in the language of the original */
  readonly title: string;
  readonly state: SectionState;
  /** where the section starts in the translation; null when it is missing there */
  readonly line: number | null;
  /** of the original's section: how much there is to read */
  readonly words: number;
}

export interface TextStatus {
  readonly chapter: string;
  readonly folder: string;
  readonly language: string;
  readonly original: string;
  readonly path: string;
  readonly state: TextState;
  readonly sections: readonly SectionStatus[];
  /** paths below examples/ whose code changed, appeared or went since the text was last accepted */
  readonly changedCode: readonly string[];
  /** to read and compare, in words of the original */
  readonly words: number;
  /** an estimate, at ten words a minute */
  readonly minutes: number;
}

const WORDS_A_MINUTE = 10;

export const countWords = (source: string): number =>
  source.replace(/<[^>]*>/g, ' ').match(/[\p{L}\p{M}\p{N}]+/gu)?.length ?? 0;

/** Several checks and pages ask for the same chapter; a chapter once read does not change. */
const known = new WeakMap<Chapter, Map<string, TextStatus | null>>();

/** The state of one chapter in one language; null while it is not clear which text is the original. */
export function statusOf(chapter: Chapter, language: string): TextStatus | null {
  const states = known.get(chapter) ?? new Map<string, TextStatus | null>();
  known.set(chapter, states);
  const found = states.get(language);
  if (found !== undefined) return found;
  const status = compare(chapter, language);
  states.set(language, status);
  return status;
}

function compare(chapter: Chapter, language: string): TextStatus | null {
  const original = chapter.original === null ? undefined : chapter.texts.get(chapter.original);
  if (!original || chapter.original === null) return null;
  const text = chapter.texts.get(language);
  const pins = chapter.pins.get(language) ?? noPins;
  const isOriginal = language === chapter.original;
  const wholeIsFresh = text?.frontMatter.get('translationOf')?.value === blobId(original.source);

  const sections = original.sections.map((section): SectionStatus => {
    const own = text?.sections.find((candidate) => candidate.id === section.id);
    const pin = pins.sections[section.id];
    const state = ((): SectionState => {
      if (!own) return 'missing';
      if (isOriginal || wholeIsFresh || pin === shortId(section.source)) return 'fresh';
      return pin === undefined ? 'unseen' : 'stale';
    })();
    return { id: section.id, title: section.title, state, line: own?.line ?? null, words: countWords(section.source) };
  });
  const changedCode = text ? changed(pins.code, chapter.code) : [];
  const words = sections
    .filter((section) => section.state !== 'fresh')
    .reduce((sum, section) => sum + section.words, 0);
  return {
    chapter: chapter.id,
    folder: chapter.folder,
    language,
    original: chapter.original,
    path: `${chapter.folder}/${language}.mdx`,
    state: !text ? 'missing' : changedCode.length > 0 ? 'code' : words > 0 ? 'stale' : 'fresh',
    sections,
    changedCode,
    words,
    minutes: Math.ceil(words / WORDS_A_MINUTE),
  };
}

function changed(pinned: Readonly<Record<string, string>>, code: ReadonlyMap<string, string>): string[] {
  const now = new Map([...code].map(([path, source]) => [path, shortId(source)]));
  return [...new Set([...Object.keys(pinned), ...now.keys()])].filter((path) => pinned[path] !== now.get(path)).sort();
}
