// A link to a section must lead to the same section in every language.
import { check, textsOf } from './check.ts';

export const headingIds = check(
  'heading-ids',
  'every heading has an id, once a text; translations have the original’s ids, in its order, on its levels',
  function* (course) {
    for (const { text } of textsOf(course)) {
      const seen = new Set<string>();
      for (const heading of text.headings) {
        if (heading.id === null) {
          yield {
            file: text.path,
            line: heading.line,
            message: `the heading "${heading.title}" has no id`,
            mend: 'end the line with {#an-id}: English words, small letters, joined by hyphens; the same in every language',
          };
        } else if (seen.has(heading.id)) {
          yield {
            file: text.path,
            line: heading.line,
            message: `the id "${heading.id}" is used twice`,
            mend: 'give one of the two headings an id of its own, in every language',
          };
        }
        seen.add(heading.id ?? '');
      }
    }
    for (const chapter of course.chapters) {
      const of = chapter.texts.get(chapter.original ?? '');
      if (!of) continue;
      for (const text of chapter.texts.values()) {
        if (text === of) continue;
        for (let at = 0; at < Math.max(of.headings.length, text.headings.length); at++) {
          const wanted = of.headings[at];
          const found = text.headings[at];
          if (found?.id === wanted?.id && found?.level === wanted?.level) continue;
          yield {
            file: text.path,
            line: found?.line ?? text.source.split('\n').length,
            message: wanted
              ? `here should be "${'#'.repeat(wanted.level)} … {#${wanted.id ?? ''}}", as in ${of.path}:${wanted.line}`
              : `${of.path} has no heading after "${of.headings.at(-1)?.title ?? ''}"`,
            mend: 'bring headings, their ids and their levels into the order of the other language',
          };
          break;
        }
      }
    }
  },
);
