// Many terms stay English. A sentence does not: three words with grammar in them, or six of any kind.
import { check } from './check.ts';
import { burmeseTexts } from './burmese.ts';

/** Words that only a sentence has, never a term or a name. */
const grammar =
  /\b(?:the|is|are|was|were|of|and|to|a|an|that|this|which|with|for|it|we|you|not|be|has|have|can|will|in|on|by|from)\b/i;

/** Words in Latin script with nothing but spaces, commas and hyphens between them. */
const run = /[A-Za-z][\w'’-]*(?:[ ,]+[A-Za-z][\w'’-]*)+/g;

export const englishLeft = check('english-left', 'no English sentence is left in a Burmese text', function* (course) {
  for (const prose of burmeseTexts(course)) {
    for (const [found] of prose.text.matchAll(run)) {
      const words = found.split(/[ ,]+/).length;
      if (words < 3 || (words < 6 && !grammar.test(found))) continue;
      yield {
        file: prose.file,
        line: prose.line,
        message: `this looks like an English sentence: "${found.slice(0, 60)}"`,
        mend: 'translate it; what is a name or a command belongs into `…`, the title of a source into title="…"',
      };
    }
  }
});
