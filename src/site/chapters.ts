// The course's chapters in order, each with its texts by language. Order and address come from the folder's name.
import { getCollection, type CollectionEntry } from 'astro:content';
import { exercisesIn } from './exercises.ts';
import { languages } from './languages.ts';
import { readingMinutes } from './reading-time.ts';

export interface Chapter {
  /** folder name: `01-what-is-ebpf` */
  readonly folder: string;
  readonly number: number;
  readonly slug: string;
  readonly part: number;
  readonly needs: readonly string[];
  readonly texts: ReadonlyMap<string, CollectionEntry<'chapterTexts'>>;
}

export async function chapters(): Promise<Chapter[]> {
  const texts = await getCollection('chapterTexts');
  const facts = await getCollection('chapters');
  return facts
    .map((fact): Chapter => {
      const folder = fact.id;
      const [, number, slug] = /^(\d+)-(.+)$/.exec(folder) ?? [];
      if (!number || !slug)
        throw new Error(`content/chapters/${folder}: name the folder NUMBER-ADDRESS, as 01-what-is-ebpf`);
      const own = texts.filter((text) => text.id.startsWith(`${folder}/`));
      return {
        folder,
        number: Number(number),
        slug,
        part: fact.data.part,
        needs: fact.data.needs,
        texts: new Map(own.map((text) => [text.id.slice(folder.length + 1), text])),
      };
    })
    .filter((chapter) => chapter.texts.size > 0)
    .sort((a, b) => a.number - b.number);
}

/** The text for a reader of `language`, in another language when it is not translated yet. */
export function textFor(
  chapter: Chapter,
  language: string,
): { language: string; text: CollectionEntry<'chapterTexts'> } {
  for (const candidate of [language, ...languages]) {
    const text = chapter.texts.get(candidate);
    if (text) return { language: candidate, text };
  }
  throw new Error(`content/chapters/${chapter.folder} has no text`);
}

export const minutesOf = (text: CollectionEntry<'chapterTexts'>): number => readingMinutes(text.body ?? '');

/** Whether a page of solutions belongs to it: it sets exercises, the same ones in every language. */
export const hasSolutions = (chapter: Chapter): boolean =>
  [...chapter.texts.values()].some((text) => exercisesIn(text.body ?? '').length > 0);
