// The state of all translations as data: for the page /translations/, for the table in the terminal, and for the comment
// on a pull request. Pure: the same files give the same report.
import { checks } from './checks/index.ts';
import type { Finding } from './checks/check.ts';
import { readCourse, type Course } from './course.ts';
import { readFiles, type Files } from './files.ts';
import { statusOf, type TextState, type TextStatus } from './staleness.ts';
import { stringsStatus, type StringsStatus } from './strings.ts';

export interface TermHits {
  readonly chapter: string;
  readonly language: string;
  /** how often each term of the glossary is marked in the text */
  readonly terms: readonly { readonly id: string; readonly count: number }[];
}

export interface Report {
  readonly languages: readonly string[];
  /** most urgent first: code that changed under old prose, then stale, missing, fresh */
  readonly texts: readonly TextStatus[];
  /** interface strings, messages, diagrams: files of strings, those with gaps first */
  readonly strings: readonly StringsStatus[];
  readonly glossary: {
    readonly terms: number;
    readonly languages: Readonly<Record<string, number>>;
    readonly hits: readonly TermHits[];
  };
  readonly findings: readonly Finding[];
}

const urgency: readonly TextState[] = ['code', 'stale', 'missing', 'fresh'];

export function reportOf(files: Files): Report {
  const course = readCourse(files);
  const texts = course.chapters.flatMap((chapter) =>
    course.languages.flatMap((language) => statusOf(chapter, language) ?? []),
  );
  return {
    languages: course.languages,
    texts: texts.sort(
      (a, b) =>
        urgency.indexOf(a.state) - urgency.indexOf(b.state) ||
        a.folder.localeCompare(b.folder) ||
        a.language.localeCompare(b.language),
    ),
    strings: stringsStatus(course),
    glossary: {
      terms: course.glossary.length,
      languages: Object.fromEntries(
        course.languages.map((language) => [
          language,
          course.glossary.filter((term) => term.forms.has(language)).length,
        ]),
      ),
      hits: termHits(course),
    },
    findings: checks.flatMap((check) => check.run(course)),
  };
}

/** Reads the project that stands at `root`: for pages, which are built from the project's root. */
export const report = (root = process.cwd()): Report => reportOf(readFiles(root));

function termHits(course: Course): TermHits[] {
  return course.chapters.flatMap((chapter) =>
    [...chapter.texts].map(([language, text]) => {
      const counts = new Map<string, number>();
      for (const use of text.sections.flatMap((section) => section.uses)) {
        const id = use.attributes['id'];
        if (use.name === 'Term' && id) counts.set(id, (counts.get(id) ?? 0) + 1);
      }
      return { chapter: chapter.id, language, terms: [...counts].map(([id, count]) => ({ id, count })) };
    }),
  );
}
