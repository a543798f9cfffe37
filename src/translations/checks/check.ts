// What a check is: one rule about the texts, which names every place that breaks it and how to mend it.
import type { Chapter, Course } from '../course.ts';
import type { Section, Text } from '../mdx.ts';
import { statusOf } from '../staleness.ts';

export interface Finding {
  /** the check's name */
  readonly check: string;
  readonly file: string;
  /** from 1 */
  readonly line: number;
  /** what is wrong, in one sentence */
  readonly message: string;
  /** what to type or to run */
  readonly mend: string;
  /** `notice`: shown, and mended by a command; never a failure */
  readonly severity: 'error' | 'notice';
}

export interface Check {
  readonly name: string;
  /** the rule, in one sentence */
  readonly rule: string;
  run(course: Course): Finding[];
}

/** A finding as one paragraph for people: file:line, what, how. */
export const describeFinding = (finding: Finding): string =>
  `${finding.file}:${finding.line}: ${finding.message} [${finding.check}]\n    ${finding.mend}`;

/** Where a rule is broken, before the check's name is put to it. */
export type Place = Omit<Finding, 'check' | 'severity'> & Partial<Pick<Finding, 'severity'>>;

export function check(name: string, rule: string, find: (course: Course) => Iterable<Place>): Check {
  return {
    name,
    rule,
    run: (course) => [...find(course)].map((place) => ({ severity: 'error', ...place, check: name })),
  };
}

/** Every text of every chapter. */
export function* textsOf(course: Course): Generator<{ chapter: Chapter; language: string; text: Text }> {
  for (const chapter of course.chapters) {
    for (const [language, text] of chapter.texts) yield { chapter, language, text };
  }
}

export interface Pair {
  readonly original: Section;
  readonly translated: Section;
  readonly of: Text;
  readonly text: Text;
  /** Unlike the original, a section that was never compared or is stale need not be: then it is only a notice. */
  readonly severity: Finding['severity'];
}

/** Every translated section beside the section of the original with the same heading id. */
export function* pairsOf(course: Course): Generator<Pair> {
  for (const chapter of course.chapters) {
    const of = chapter.texts.get(chapter.original ?? '');
    if (!of) continue;
    for (const [language, text] of chapter.texts) {
      if (language === chapter.original) continue;
      const states = statusOf(chapter, language)?.sections ?? [];
      for (const translated of text.sections) {
        const original = of.sections.find((section) => section.id === translated.id);
        const fresh = states.find((section) => section.id === translated.id)?.state === 'fresh';
        if (original) yield { original, translated, of, text, severity: fresh ? 'error' : 'notice' };
      }
    }
  }
}

/** What the first list holds more often than the second. */
export function surplus(first: readonly string[], second: readonly string[]): string[] {
  const rest = [...second];
  return first.filter((entry) => {
    const at = rest.indexOf(entry);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
}
