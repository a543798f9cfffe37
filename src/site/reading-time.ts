// How long does a text take to read? An estimate for both scripts: Latin by words, Burmese by syllables.

/** A syllable starts at a consonant or independent vowel that is neither stacked nor killed. */
const syllable = /(?<!\u1039)[\u1000-\u102A\u103F\u104C-\u104F](?![\u103A\u1039]|\u1037\u103A)/gu;

const WORDS_A_MINUTE = 200;
const SYLLABLES_A_MINUTE = 330;

/** Whole minutes, at least one, for Markdown or MDX source; components, addresses and fenced code are not read aloud. */
export function readingMinutes(source: string): number {
  const prose = source
    .replace(/^---[\s\S]*?\n---/, '')
    .replace(/```[\s\S]*?```/g, '')
    .replace(/<\/?[A-Za-z][^>]*>/g, ' ')
    .replace(/\]\([^)]*\)/g, ']')
    .normalize('NFC');
  const syllables = prose.match(syllable)?.length ?? 0;
  const words = prose.match(/[A-Za-z][\w'’-]*/g)?.length ?? 0;
  return Math.max(1, Math.round(words / WORDS_A_MINUTE + syllables / SYLLABLES_A_MINUTE));
}
