// One term, one form: the glossary decides.
import { check, textsOf } from './check.ts';
import { proseOf } from '../prose.ts';

export const glossaryTerms = check(
  'glossary-terms',
  'a <Term> is in the glossary, and no text spells a term in a way that the glossary refuses',
  function* (course) {
    const known = new Map(course.glossary.map((term) => [term.id, term]));
    for (const { text, language } of textsOf(course)) {
      for (const use of text.sections.flatMap((section) => section.uses)) {
        if (use.name !== 'Term') continue;
        const id = use.attributes['id'] ?? '';
        if (known.has(id)) continue;
        yield {
          file: text.path,
          line: use.line,
          message: `the glossary has no term "${id}"`,
          mend: 'correct the id, or add the term to content/glossary/terms.json',
        };
      }
      const refused = course.glossary.flatMap((term) => {
        const form = term.forms.get(language);
        // What the whole text does not hold, no line of it holds.
        const avoid = form?.avoid?.filter((avoided) => text.source.includes(avoided)) ?? [];
        return avoid.length > 0 ? [{ form, avoid }] : [];
      });
      for (const prose of refused.length > 0 ? proseOf(text) : []) {
        for (const { form, avoid } of refused) {
          for (const avoided of avoid) {
            if (!prose.text.includes(avoided)) continue;
            yield {
              file: text.path,
              line: prose.line,
              message: `"${avoided}" is written "${form?.term ?? ''}" in this course`,
              mend: `write ${form?.term ?? ''}, or change the term in content/glossary/terms.json`,
            };
          }
        }
      }
    }
  },
);
