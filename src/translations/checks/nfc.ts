// Keyboards often type ့ and ် the other way round; nobody should have to care, so a command mends it.
import { check } from './check.ts';

export const nfc = check(
  'nfc',
  'files are in Unicode NFC; `npm run translations -- mend` brings them there',
  function* (course) {
    for (const [file, source] of course.files) {
      if (!file.startsWith('content/')) continue;
      for (const [index, line] of source.split('\n').entries()) {
        if (line === line.normalize('NFC')) continue;
        yield {
          file,
          line: index + 1,
          message: 'the marks of this line are not in the order that Unicode stores them in',
          mend: 'run: npm run translations -- mend',
          severity: 'notice',
        };
      }
    }
  },
);
