// Where Burmese stands: texts in Burmese, and Burmese strings in any JSON file. Not a check itself.
import type { Course } from '../course.ts';
import { parseText } from '../mdx.ts';
import { burmeseLetter, proseOf, type Prose } from '../prose.ts';

export interface BurmeseProse extends Prose {
  readonly file: string;
}

/** Prose of the chapters that are written in Burmese, and of other Burmese texts: NAME.my.md. */
export function* burmeseTexts(course: Course): Generator<BurmeseProse> {
  for (const chapter of course.chapters) {
    const text = chapter.texts.get('my');
    if (text) for (const prose of proseOf(text)) yield { ...prose, file: text.path };
  }
  for (const [file, source] of course.files) {
    if (file.endsWith('.my.md')) for (const prose of proseOf(parseText(file, source))) yield { ...prose, file };
  }
}

/** Lines of JSON files that hold Burmese, whatever the file is for. Marks and codes are read off as they stand. */
export function* burmeseStrings(course: Course): Generator<BurmeseProse> {
  for (const [file, source] of course.files) {
    if (!file.startsWith('content/') || !file.endsWith('.json')) continue;
    for (const [index, line] of source.split('\n').entries()) {
      if (burmeseLetter.test(line)) yield { text: line.trim(), line: index + 1, kind: 'paragraph', file };
    }
  }
}

/** A few letters before and after, so that the place is found by search. */
export const around = (text: string, at: number, length = 1): string =>
  `…${text.slice(Math.max(0, at - 8), at + length + 8)}…`;
