// Links inside the course: sections of this text, and pages in the reader's own language.
import { check, textsOf } from './check.ts';
import type { Course } from '../course.ts';

/** Pages that are not chapters: src/pages/[language]/NAME.astro, the first being index.astro. */
export const pages = ['', 'glossary'];

export const deadLinks = check(
  'dead-links',
  'a link inside the course leads to a page and a section that exist, in the same language',
  function* (course) {
    for (const { text, language } of textsOf(course)) {
      const here = new Set(text.headings.map((heading) => heading.id));
      for (const link of text.sections.flatMap((section) => section.links)) {
        if (/^[a-z]+:/.test(link.target) || link.image) continue;
        const problem = link.target.startsWith('#')
          ? here.has(link.target.slice(1))
            ? null
            : `this text has no heading {${link.target}}`
          : pageProblem(course, language, link.target);
        if (problem !== null) {
          yield {
            file: text.path,
            line: link.line,
            message: `${link.target}: ${problem}`,
            mend: 'correct the address, or name the chapter without a link while it does not exist',
          };
        }
      }
      for (const use of text.sections.flatMap((section) => section.uses)) {
        const problem = exampleProblem(course, use.name, use.attributes);
        if (problem !== null)
          yield {
            file: text.path,
            line: use.line,
            message: problem,
            mend: 'correct the name; `ls examples` shows what there is',
          };
      }
    }
  },
);

function pageProblem(course: Course, language: string, target: string): string | null {
  const match = /^\/([a-z-]+)\/(?:([^/#]*)\/?)?(?:[^#]*)(?:#(.*))?$/.exec(target);
  if (!match) return 'a link inside the course starts with the language: /my/… or /en/…';
  const [, of, page = '', section] = match;
  if (of !== language) return `this leads to the language "${of ?? ''}", and the reader reads "${language}"`;
  if (pages.includes(page)) return null;
  const chapter = course.chapters.find((candidate) => candidate.id === page);
  if (!chapter) return `there is no chapter "${page}"`;
  const texts = [...chapter.texts.values()];
  if (section !== undefined && !texts.some((text) => text.headings.some((heading) => heading.id === section))) {
    return `the chapter "${page}" has no heading {#${section}}`;
  }
  return null;
}

/** A word that shows a file of an example, and the file is not there. */
function exampleProblem(course: Course, name: string, attributes: Readonly<Record<string, string>>): string | null {
  const example = name === 'Example' ? attributes['name'] : name in needed ? attributes['example'] : undefined;
  if (example === undefined) return null;
  const { file } = attributes;
  const missing = [...(needed[name]?.(attributes) ?? []), ...(file === undefined ? [] : [file])].find(
    (wanted) => !course.files.has(`examples/${example}/${wanted}`),
  );
  return missing === undefined ? null : `there is no examples/${example}/${missing}`;
}

/** What each of these words reads besides the file that it names. */
const needed: Readonly<Record<string, (attributes: Readonly<Record<string, string>>) => readonly string[]>> = {
  Example: () => ['example.json'],
  Excerpt: ({ file }) => (file === undefined ? ['example.json'] : []),
  LinuxSays: ({ log }) => (log === undefined ? ['example.json', 'linux.json'] : [`log/${log}`, 'log/recorded.json']),
};
