// Paragraphs and list items are sentences. Headings and table cells need not be.
import { check } from './check.ts';
import { burmeseLetter, proseOfLine } from '../prose.ts';

/** ။, or a closing bracket or quotation mark behind it; a colon or dash where a list or an example follows. */
const ends = /[။?!…][”’"')\]]*$|[:-]$/u;

export const sentenceEnd = check('sentence-end', 'a Burmese paragraph or list item ends with ။', function* (course) {
  for (const chapter of course.chapters) {
    const text = chapter.texts.get('my');
    for (const block of text?.sections.flatMap((section) => section.blocks) ?? []) {
      if (block.kind !== 'paragraph' && block.kind !== 'item') continue;
      const last =
        block.lines
          .map(proseOfLine)
          .filter((line) => line !== '')
          .at(-1) ?? '';
      if (!burmeseLetter.test(last) || ends.test(last)) continue;
      yield {
        file: text?.path ?? '',
        line: block.line + block.lines.length - 1,
        message: `this ${block.kind === 'item' ? 'list item' : 'paragraph'} does not end with ။: …${last.slice(-16)}`,
        mend: 'end the sentence with ။',
      };
    }
  }
});
