// "Press **Run**" must say what stands on the button, and the strings of the page are translated by somebody else.
import { check, pairsOf } from './check.ts';
import { parseJson, type Course } from '../course.ts';
import type { Section } from '../mdx.ts';

/** Where the strings of buttons stand; the first file that has a name decides. */
const FILES = ['playground', 'ways', 'path', 'exercise'];

/** Strings of the examples' buttons, by file and key; strings with something to fill in are on no button. */
function strings(course: Course, language: string): Map<string, string> {
  return new Map(
    FILES.flatMap((file) => {
      const parsed = parseJson(course.files.get(`content/ui/${language}/${file}.json`)) as Record<
        string,
        unknown
      > | null;
      return Object.entries(parsed ?? {}).flatMap(([key, text]) =>
        typeof text === 'string' && !text.includes('{') ? [[`${file}.json "${key}"`, text] as const] : [],
      );
    }),
  );
}

const bold = (section: Section): string[] =>
  [...section.source.matchAll(/\*\*([^*]+)\*\*/g)].map((match) => match[1] ?? '');

const languageOf = (path: string): string => /([a-z-]+)\.mdx$/.exec(path)?.[1] ?? '';

export const buttonNames = check(
  'button-names',
  'a button that a text names in bold is called as it is on the page, in every language',
  function* (course) {
    for (const { original, translated, of, text, severity } of pairsOf(course)) {
      const theirs = strings(course, languageOf(of.path));
      const ours = strings(course, languageOf(text.path));
      for (const name of bold(original)) {
        const key = [...theirs].find(([, string]) => string === name)?.[0];
        const wanted = key === undefined ? undefined : ours.get(key);
        if (wanted === undefined || bold(translated).includes(wanted)) continue;
        yield {
          severity,
          file: text.path,
          line: translated.line,
          message: `the section {#${translated.id}} does not name the button **${wanted}**, as the original names **${name}**`,
          mend: `write **${wanted}**, as in content/ui/${languageOf(text.path)}/${key ?? ''}`,
        };
      }
    }
  },
);
