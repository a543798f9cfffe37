// Patterns over NFC text that look right on one screen and fall apart on another; search finds none of them.
import { check } from './check.ts';
import { around, burmeseStrings, burmeseTexts } from './burmese.ts';

interface Slip {
  readonly pattern: RegExp;
  readonly message: string;
  readonly mend: string;
}

const order = 'type consonant, ျ ြ ွ ှ, ေ, ိ ီ ဲ, ု ူ, ါ ာ, ံ, ့ း in this order';

const slips: readonly Slip[] = [
  {
    pattern:
      /(?<![\u1000-\u1021\u1025\u1027\u1029\u103B-\u103F\u1050-\u1051\u105A-\u105D\u1061\u1065-\u1066\u106E-\u1070\u1075-\u1082\u108E])\u1031/u,
    message: 'the vowel ေ stands before its consonant',
    mend: 'type the consonant first, then ေ',
  },
  { pattern: /([\u102B-\u103E])\1/u, message: 'the same mark stands twice', mend: 'delete one of the two' },
  {
    pattern: /[\u103C-\u103E]\u103B|[\u103D\u103E]\u103C|\u103E\u103D/u,
    message: 'ျ ြ ွ ှ are in the wrong order',
    mend: order,
  },
  {
    pattern: /[\u102B-\u1032\u1036-\u1038][\u103B-\u103E]/u,
    message: 'a vowel or tone mark stands before ျ ြ ွ ှ',
    mend: order,
  },
  { pattern: /[\u102F\u1030][\u102D\u102E\u1032]/u, message: 'ု or ူ stands before ိ ီ ဲ', mend: order },
  { pattern: /\u1036[\u102D-\u1032]/u, message: 'ံ stands before a vowel', mend: order },
  {
    pattern: /[\u1037\u1038][\u102B-\u1032\u1036]|\u1038[\u1037\u103A]/u,
    message: 'a tone mark stands before a vowel',
    mend: order,
  },
  {
    pattern: /[\u1000-\u103F]\u1040(?![\u1040-\u1049])|\u1040[\u102B-\u103E]/u,
    message: 'the digit ၀ stands where the letter ဝ belongs',
    mend: 'type the letter ဝ',
  },
  {
    pattern: /(?<=[\u1040-\u1049])\u101D(?![\u102B-\u103E])/u,
    message: 'the letter ဝ stands where the digit ၀ belongs',
    mend: 'type the digit ၀',
  },
  { pattern: /\u1025\u103A/u, message: 'ဥ with ် should be ဉ with ်', mend: 'type ဉ် instead' },
  { pattern: /\u1044\u1004\u103A\u1038/u, message: 'the digit ၄ stands where ၎ belongs', mend: 'type ၎င်း instead' },
  {
    pattern: /[\u200B-\u200D\uFEFF\u2060]/u,
    message: 'there is an invisible character',
    mend: 'delete it: browsers break Burmese lines without help',
  },
  {
    pattern: /(?<![\u1000-\u109F])[\u102B-\u1030\u1032\u1036-\u103E]/u,
    message: 'a mark stands without a consonant',
    mend: 'type its consonant, or delete it',
  },
];

export const markOrder = check(
  'mark-order',
  'the marks of a Burmese syllable stand in Unicode’s order, once each',
  function* (course) {
    for (const prose of [...burmeseTexts(course), ...burmeseStrings(course)]) {
      const text = prose.text.normalize('NFC');
      for (const slip of slips) {
        const found = slip.pattern.exec(text);
        if (found)
          yield {
            file: prose.file,
            line: prose.line,
            message: `${slip.message}: ${around(text, found.index)}`,
            mend: slip.mend,
          };
      }
    }
  },
);
