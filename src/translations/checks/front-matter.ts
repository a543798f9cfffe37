// Title, description and question stand above the text, in search results and on preview cards.
import { check, textsOf } from './check.ts';
import { proseKeys } from '../mdx.ts';

export const frontMatter = check(
  'front-matter',
  'every text says its title, description and question, and a pin is a whole blob id',
  function* (course) {
    for (const { chapter, text, language } of textsOf(course)) {
      for (const key of proseKeys) {
        if (!text.frontMatter.get(key)?.value) {
          yield {
            file: text.path,
            line: 1,
            message: `"${key}:" is missing between the two --- at the top`,
            mend: `add a line "${key}: …" there`,
          };
        }
      }
      const pin = text.frontMatter.get('translationOf');
      if (pin && !/^[0-9a-f]{40}$/.test(pin.value)) {
        yield {
          file: text.path,
          line: pin.line,
          message: `"${pin.value}" is not a git blob id`,
          mend: `run: npm run translations -- accept ${chapter.id} --language ${language}`,
        };
      }
    }
  },
);
