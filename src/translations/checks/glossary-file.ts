// What content/glossary/terms.schema.json says, with line numbers, and that no id stands twice.
import { check } from './check.ts';
import { glossaryPath } from '../course.ts';

export const glossaryFile = check(
  'glossary-file',
  'every term of the glossary has an id of its own, a chapter, and term and sense in English and Burmese',
  function* (course) {
    const source = course.files.get(glossaryPath) ?? '';
    const seen = new Set<string>();
    for (const term of course.glossary) {
      const line = source.slice(0, Math.max(0, source.indexOf(`"${term.id}"`))).split('\n').length;
      const problem = ((): string | null => {
        if (!/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(term.id))
          return `the id "${term.id}" is not small letters, digits and hyphens`;
        if (seen.has(term.id)) return `the id "${term.id}" stands twice`;
        if (typeof term.chapter !== 'string' || term.chapter === '') return `"${term.id}" names no chapter`;
        for (const language of ['en', 'my']) {
          const form = term.forms.get(language);
          if (!form?.term || !form.sense) return `"${term.id}" has no term or no sense in "${language}"`;
        }
        const my = term.forms.get('my');
        if (my?.keepEnglish === true && my.term !== term.forms.get('en')?.term)
          return `"${term.id}" keeps the English word, but spells it differently`;
        if (my?.keepEnglish === undefined)
          return `"${term.id}" does not say whether Burmese keeps the English word (keepEnglish)`;
        return null;
      })();
      seen.add(term.id);
      if (problem !== null)
        yield { file: glossaryPath, line, message: problem, mend: 'complete the term as its neighbours are written' };
    }
  },
);
