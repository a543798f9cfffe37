// Is a text written in Zawgyi, the encoding of older Burmese fonts? It uses Unicode's code points in an order and with meanings of
// its own, so that everybody with a Unicode font sees it broken. Two signs are enough for what people paste: no Unicode text has
// a vowel or a medial in front of the first letter of a word, and hardly any has the letters that Zawgyi spends on stacked ones.

/** ေ and Zawgyi's ြ, which stand before their consonant there, after anything that is not Burmese. */
const BEFORE_ITS_LETTER = /(?:^|[^\u1000-\u109f])[\u1031\u103b]/m;
/** Zawgyi's second shapes and stacked letters; in Unicode letters of Mon, Karen and Shan. */
const SECOND_SHAPES = /[\u1060-\u1064\u106a\u106b\u106d\u1070-\u107c\u107e-\u1084\u1087-\u108a\u1093\u1094\u1097]/g;

export const looksZawgyi = (text: string): boolean =>
  BEFORE_ITS_LETTER.test(text) || (text.match(SECOND_SHAPES)?.length ?? 0) > 1;
