// Burmese has no spaces between words, but a Latin word among them needs air, and so does what follows ၊ and ။.
import { check } from './check.ts';
import { placeholder } from '../prose.ts';
import { around, burmeseTexts } from './burmese.ts';

const letter = '[\\u1000-\\u1049\\u1050-\\u109F]';
const latin = `[A-Za-z0-9${placeholder}]`;

const slips: readonly { readonly pattern: RegExp; readonly message: string; readonly mend: string }[] = [
  {
    pattern: new RegExp(`${letter}${latin}`, 'u'),
    message: 'no space before a Latin word',
    mend: 'put a space between Burmese and Latin',
  },
  {
    pattern: new RegExp(`${latin}${letter}`, 'u'),
    message: 'no space after a Latin word',
    mend: 'put a space between Latin and Burmese',
  },
  { pattern: /[၊။](?![\s”’"')\]၊။]|$)/u, message: 'no space after ၊ or ။', mend: 'put a space after it' },
  { pattern: /\s[၊။]/u, message: 'a space before ၊ or ။', mend: 'take the space away' },
  { pattern: /၊၊|။။|၊။|။၊/u, message: 'doubled ၊ or ။', mend: 'leave one' },
  { pattern: /(?<=[\u1000-\u109F]) {2,}/u, message: 'two spaces', mend: 'leave one' },
  {
    pattern: new RegExp(`${letter}[.,;](?:\\s|$)`, 'u'),
    message: 'English punctuation after Burmese',
    mend: 'write ။ or ၊',
  },
];

export const spacing = check(
  'spacing',
  'a space stands after ၊ and ။ and around Latin words, and nowhere before ၊ ။',
  function* (course) {
    for (const prose of burmeseTexts(course)) {
      for (const slip of slips) {
        const found = slip.pattern.exec(prose.text);
        if (found) {
          yield {
            file: prose.file,
            line: prose.line,
            message: `${slip.message}: ${around(prose.text, found.index)}`,
            mend: slip.mend,
          };
        }
      }
    }
  },
);
