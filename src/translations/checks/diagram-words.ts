// A diagram is drawn once and spoken in every language.
import { check } from './check.ts';
import { parseJson } from '../course.ts';

interface Words {
  readonly title?: string;
  readonly description?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

export const diagramWords = check(
  'diagram-words',
  'a diagram has the same labels in every language, a title, and a description for who cannot see it',
  function* (course) {
    for (const [file, source] of course.files) {
      const match = /^(.*\/diagrams\/[^/.]+)\.([a-z-]+)\.json$/.exec(file);
      if (!match || match[2] === 'en') continue;
      const words = parseJson(source) as Words | null;
      const english = parseJson(course.files.get(`${match[1] ?? ''}.en.json`)) as Words | null;
      const missing = Object.keys(english?.labels ?? {}).filter((id) => !words?.labels?.[id]);
      const extra = Object.keys(words?.labels ?? {}).filter((id) => !english?.labels?.[id]);
      for (const id of missing)
        yield {
          file,
          line: 1,
          message: `the label "${id}" is missing`,
          mend: `add it to "labels", as in ${match[1] ?? ''}.en.json`,
        };
      for (const id of extra)
        yield {
          file,
          line: 1,
          message: `the label "${id}" is not in the drawing`,
          mend: 'correct its name, or take it out',
        };
      for (const key of ['title', 'description'] as const) {
        if (!words?.[key])
          yield {
            file,
            line: 1,
            message: `"${key}" is missing`,
            mend: 'add it: the title stands below the drawing, the description tells it to who cannot see it',
          };
      }
    }
  },
);
