// Without exactly one original nobody can say what is a translation of what.
import { check } from './check.ts';

export const original = check(
  'original',
  'exactly one text of a chapter carries no translationOf: the one that was written first',
  function* (course) {
    for (const chapter of course.chapters) {
      const [first] = chapter.texts.values();
      if (chapter.original !== null || !first) continue;
      const without = [...chapter.texts.values()].filter((text) => !text.frontMatter.has('translationOf'));
      if (without.length === 0) {
        yield {
          file: first.path,
          line: 1,
          message: 'every text of this chapter says that it is a translation',
          mend: 'take the line "translationOf: …" out of the text that was written first',
        };
      }
      for (const text of without) {
        yield {
          file: text.path,
          line: 1,
          message: `${without.length} texts of this chapter carry no "translationOf:", so it is not clear which came first`,
          mend: `if this text is the translation, run: npm run translations -- accept ${chapter.id} --language ${languageOf(text.path)}`,
        };
      }
    }
  },
);

const languageOf = (path: string): string => path.replace(/^.*\/([a-z-]+)\.mdx$/, '$1');
