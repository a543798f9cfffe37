// How text is cut into what can be looked up, the same at build and in the browser. Burmese has no spaces between words,
// and browsers disagree about where they end; syllables follow from a rule, so the index fits every browser's queries.

/** NFC puts marks into one order, joiners are invisible, and digits are the same in both scripts. */
export const normalised = (text: string): string =>
  text
    .normalize('NFC')
    .replace(/[\u200B-\u200D\uFEFF]/g, '')
    .replace(/[\u1040-\u1049]/g, (digit) => String(digit.charCodeAt(0) - 0x1040))
    .toLowerCase();

/**
 * A syllable begins at a letter, unless that letter is stacked beneath another (after U+1039), carries the mark that ends
 * a syllable (asat, U+103A, with the dot below before it in NFC), or has a letter stacked beneath itself.
 */
const syllableStart = /(?<!\u1039)([\u1000-\u102A\u103F\u104C-\u104F])(?![\u103A\u1039]|\u1037\u103A)/gu;

const burmese = /^[\u1000-\u109F\uA9E0-\uA9FE\uAA60-\uAA7F]/u;
const word = /[\u1000-\u1049\u104C-\u109F\uA9E0-\uA9FE\uAA60-\uAA7F]+|[\p{L}\p{N}]+/gu;

/** `bpf_map ကွန်ရက်` → bpf, map, ကွန်, ရက် */
export function tokens(text: string): string[] {
  return [...normalised(text).matchAll(word)].flatMap(([found]) =>
    burmese.test(found) ? found.replace(syllableStart, ' $1').trim().split(' ') : [found],
  );
}

export const isBurmese = (token: string): boolean => burmese.test(token);
