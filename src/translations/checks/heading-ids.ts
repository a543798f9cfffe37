// A link to a section must lead to the same section in every language.
import { check, textsOf, type Place } from './check.ts';
import { blobId, shortId } from '../blob.ts';
import type { Chapter } from '../course.ts';
import type { Heading, Text } from '../mdx.ts';
import { noPins } from '../pins.ts';

export const headingIds = check(
  'heading-ids',
  'every heading has an id, once a text; translations have the original’s ids, in its order, on its levels',
  function* (course) {
    for (const { chapter, language, text } of textsOf(course)) {
      yield* ownIds(text);
      const of = chapter.texts.get(chapter.original ?? '');
      if (of && text !== of) yield* compared(chapter, language, text, of);
    }
  },
);

function* ownIds(text: Text): Generator<Place> {
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

/** A section that the original has gained or lost since makes the translation stale, and is no fault of it. */
function* compared(chapter: Chapter, language: string, text: Text, of: Text): Generator<Place> {
  const pins = (chapter.pins.get(language) ?? noPins).sections;
  const whole = text.frontMatter.get('translationOf')?.value === blobId(of.source);
  const find = (headings: readonly Heading[], id: string | null): Heading | undefined =>
    headings.find((heading) => heading.id !== null && heading.id === id);

  for (const heading of text.headings) {
    if (heading.id === null || find(of.headings, heading.id)) continue;
    const was = heading.id in pins;
    yield {
      severity: was ? 'notice' : 'error',
      file: text.path,
      line: heading.line,
      message: `${of.path} has ${was ? 'no longer a' : 'no'} heading {#${heading.id}}`,
      mend: was ? 'take the section out here too' : 'correct the id; it is the same in every language',
    };
  }
  for (const [index, heading] of of.headings.entries()) {
    if (heading.id === null || find(text.headings, heading.id)) continue;
    const section = of.sections.find((candidate) => candidate.id === heading.id);
    const claimed = whole || (section !== undefined && pins[heading.id] === shortId(section.source));
    const before = of.headings.slice(0, index).findLast((earlier) => find(text.headings, earlier.id));
    yield {
      severity: claimed ? 'error' : 'notice',
      file: text.path,
      line: find(text.headings, before?.id ?? null)?.line ?? 1,
      message: `the section "${'#'.repeat(heading.level)} … {#${heading.id}}" is missing after this one`,
      mend: `translate ${of.path}:${heading.line}`,
    };
  }
  const wanted = of.headings.filter((heading) => find(text.headings, heading.id));
  const found = text.headings.filter((heading) => find(of.headings, heading.id));
  const at = wanted.findIndex(
    (heading, index) => found[index]?.id !== heading.id || found[index].level !== heading.level,
  );
  const [first, own] = [wanted[at], found[at]];
  if (first && own) {
    yield {
      file: text.path,
      line: own.line,
      message: `here should be "${'#'.repeat(first.level)} … {#${first.id ?? ''}}", as in ${of.path}:${first.line}`,
      mend: 'bring headings and their levels into the order of the other language',
    };
  }
}
