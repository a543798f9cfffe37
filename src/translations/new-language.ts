// A further language is a set of new files and nothing else. This says which, with what in them.
import { blobId } from './blob.ts';
import type { Writes } from './accept.ts';
import type { Course } from './course.ts';
import { inLanguage } from './strings.ts';

/** `th`, `zh`, `pt-br` */
const languageCode = /^[a-z]{2,3}(?:-[a-z]{2,4})?$/;

/**
 * Strings of the interface, messages and diagrams as copies of the English ones, and an empty glossary: with these the
 * language exists. With `chapter` also that chapter's text, as a copy of the original that counts as untranslated.
 * Never names a file that is there already. Throws with a sentence for the contributor on a code that is none.
 */
export function newLanguage(course: Course, language: string, chapter?: string): Writes {
  if (!languageCode.test(language))
    throw new Error(`"${language}" is not a language code: two or three small letters, such as th or pt-br`);
  const writes = new Map<string, string>();
  const add = (path: string, source: string): void => {
    if (!course.files.has(path)) writes.set(path, source);
  };
  if (chapter !== undefined) {
    const found = course.chapters.find((candidate) => candidate.id === chapter);
    const original = found?.texts.get(found.original ?? '');
    if (!found || !original)
      throw new Error(
        `there is no chapter "${chapter}"; there are: ${course.chapters.map((each) => each.id).join(', ')}`,
      );
    // A pin that no text has: every section counts as not yet compared.
    const source = original.source.replace(/\n---\n/, `\ntranslationOf: ${blobId('')}\n---\n`);
    add(`${found.folder}/${language}.mdx`, source);
  }
  if (course.languages.includes(language)) return writes;
  for (const [path, source] of course.files) {
    const own = inLanguage(path, language);
    if (own !== null) add(own, source);
  }
  add(`content/glossary/terms.${language}.json`, '{}\n');
  return writes;
}
