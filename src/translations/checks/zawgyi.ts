// Zawgyi puts other letters on Unicode's code points: unreadable for most, and for every search.
import myanmarTools from 'myanmar-tools';
import { check } from './check.ts';
import { burmeseLetter } from '../prose.ts';
import { burmeseStrings, burmeseTexts } from './burmese.ts';

const detector = new myanmarTools.ZawgyiDetector();

/** Above this the detector's makers call a text Zawgyi. */
const CERTAIN = 0.95;
/** Shorter pieces say too little either way: the detector calls some correct headings of ten letters Zawgyi. */
const LETTERS = 24;

export const zawgyi = check('zawgyi', 'Burmese is written in Unicode, never in Zawgyi', function* (course) {
  for (const prose of [...burmeseTexts(course), ...burmeseStrings(course)]) {
    const letters = [...prose.text].filter((letter) => burmeseLetter.test(letter)).length;
    if (letters < LETTERS || detector.getZawgyiProbability(prose.text) < CERTAIN) continue;
    yield {
      file: prose.file,
      line: prose.line,
      message: 'this line is in Zawgyi',
      mend: 'convert it to Unicode (any Zawgyi converter does), or type it again with a Unicode keyboard',
    };
  }
});
