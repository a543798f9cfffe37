// "I have compared this translation with the original as it is now": the pins move to the present. Returns the files
// to write, and touches none.
import { blobId } from './blob.ts';
import type { Chapter } from './course.ts';
import { currentPins, noPins, withTranslationOf, writePins } from './pins.ts';

export type Writes = ReadonlyMap<string, string>;

/**
 * With `section` only that section is accepted, and the code stays as it was pinned. For the original's own language
 * only the code is accepted: it has nothing to be compared with. Throws with a sentence for the contributor when
 * chapter, language or section is not there.
 */
export function accept(chapter: Chapter, language: string, section?: string): Writes {
  const text = chapter.texts.get(language);
  if (!text)
    throw new Error(
      `${chapter.folder} has no ${language}.mdx; "npm run translations -- new ${language} ${chapter.id}" makes one`,
    );
  const original = chapter.texts.get(chapter.original ?? soleOther(chapter, language));
  if (!original)
    throw new Error(
      `it is not clear which text of ${chapter.id} was written first: exactly one must lack "translationOf:"`,
    );

  const before = chapter.pins.get(language) ?? noPins;
  const now = currentPins({ ...chapter, original: languageOf(chapter, original.path) }, language);
  if (section !== undefined && !(section in now.sections)) {
    throw new Error(`${original.path} has no section "${section}"; there are: ${Object.keys(now.sections).join(', ')}`);
  }
  const sections =
    section === undefined ? now.sections : { ...before.sections, [section]: now.sections[section] ?? '' };
  const code = section === undefined ? now.code : before.code;
  const writes = new Map([[`${chapter.folder}/${language}.pins.json`, writePins({ sections, code })]]);
  if (text === original) return writes;

  // The whole is accepted when its last stale section is.
  const whole = Object.keys(now.sections).every((id) => sections[id] === now.sections[id]);
  if (whole && text.frontMatter.get('translationOf')?.value !== blobId(original.source)) {
    writes.set(text.path, withTranslationOf(text.source, original));
  } else if (!text.frontMatter.has('translationOf')) {
    throw new Error(`${text.path} was never accepted as a whole; accept the chapter once, without a section`);
  }
  return writes;
}

/** With two texts and no pin yet, the other one is the original. */
function soleOther(chapter: Chapter, language: string): string {
  const others = [...chapter.texts.keys()].filter((other) => other !== language);
  return others.length === 1 ? (others[0] ?? '') : '';
}

const languageOf = (chapter: Chapter, path: string): string | null =>
  [...chapter.texts].find(([, text]) => text.path === path)?.[0] ?? null;
